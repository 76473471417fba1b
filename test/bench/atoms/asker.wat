;; Sends requests of 64 bytes for a while, each after the reply to the one before.
;; Its request: u32 milliseconds, u32 0, then the name of whom to ask. Its reply: i64 round trips, i64 microseconds they took.
(module
  (import "radon:core" "monotonic" (func $monotonic (result i64)))
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:future" "request" (func $request (param i32 i32 i32 i32 i64) (result i64)))
  (import "radon:future" "await" (func $await (param i64 i64 i32 i32) (result i32)))
  ;; 0: the payload; 128: the request, its name at 136; 1024: the reply.
  (memory (export "memory") 1)

  (func (export "invoke") (local $name i32) (local $count i64) (local $start i64) (local $elapsed i64)
    (local.set $name (i32.sub (call $receive (i64.const 0) (i32.const 128) (i32.const 512)) (i32.const 8)))
    (if (i32.lt_s (local.get $name) (i32.const 1)) (then unreachable))
    (local.set $start (call $monotonic))
    (loop $asking
      (call $ask (local.get $name))
      (local.set $count (i64.add (local.get $count) (i64.const 1)))
      (local.set $elapsed (i64.sub (call $monotonic) (local.get $start)))
      (br_if $asking
        (i64.lt_s (local.get $elapsed) (i64.mul (i64.load32_u (i32.const 128)) (i64.const 1000)))))
    (i64.store (i32.const 0) (local.get $count))
    (i64.store (i32.const 8) (local.get $elapsed))
    (drop (call $reply (i32.const 0) (i32.const 16))))

  (func $ask (param $name i32)
    (if (i32.ne
          (call $await
            (call $request (i32.const 136) (local.get $name) (i32.const 0) (i32.const 64) (i64.const 30000))
            (i64.const -1) (i32.const 1024) (i32.const 512))
          (i32.const 64))
      (then unreachable))))
