;; Sends a first request to atoms of the crowd, crowd-000 and so on, each after the reply of the one before.
;; Its request: u32 the first one, u32 how many. Its reply: i64 microseconds that all of them took.
(module
  (import "radon:core" "monotonic" (func $monotonic (result i64)))
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:future" "request" (func $request (param i32 i32 i32 i32 i64) (result i64)))
  (import "radon:future" "await" (func $await (param i64 i64 i32 i32) (result i32)))
  ;; 0: the payload; 128: the name; 256: the request; 1024: a reply.
  (memory (export "memory") 1)
  (data (i32.const 128) "crowd-...")

  (func (export "invoke") (local $number i32) (local $end i32) (local $start i64)
    (if (i32.ne (call $receive (i64.const 0) (i32.const 256) (i32.const 64)) (i32.const 8)) (then unreachable))
    (local.set $number (i32.load (i32.const 256)))
    (local.set $end (i32.add (local.get $number) (i32.load (i32.const 260))))
    (local.set $start (call $monotonic))
    (loop $waking
      (call $wake (local.get $number))
      (local.set $number (i32.add (local.get $number) (i32.const 1)))
      (br_if $waking (i32.lt_u (local.get $number) (local.get $end))))
    (i64.store (i32.const 1024) (i64.sub (call $monotonic) (local.get $start)))
    (drop (call $reply (i32.const 1024) (i32.const 8))))

  (func $wake (param $number i32)
    (i32.store8 (i32.const 134) (call $digit (i32.div_u (local.get $number) (i32.const 100))))
    (i32.store8 (i32.const 135) (call $digit (i32.div_u (local.get $number) (i32.const 10))))
    (i32.store8 (i32.const 136) (call $digit (local.get $number)))
    (if (i32.ne
          (call $await
            (call $request (i32.const 128) (i32.const 9) (i32.const 0) (i32.const 64) (i64.const 30000))
            (i64.const -1) (i32.const 1024) (i32.const 512))
          (i32.const 64))
      (then unreachable)))

  (func $digit (param $number i32) (result i32)
    (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10)))))
