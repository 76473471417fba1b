;; Sends messages of 64 bytes for a while, as fast as it can: until `send` answers BUSY, then a blocking point, and again. At the end
;; it asks the receiver what it got, and replies with that.
;; Its request: u32 milliseconds, u32 messages a turn at most, then the receiver's name. Its reply: the receiver's tally.
(module
  (import "radon:core" "monotonic" (func $monotonic (result i64)))
  (import "radon:core" "yield" (func $yield (result i32)))
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))
  (import "radon:future" "request" (func $request (param i32 i32 i32 i32 i64) (result i64)))
  (import "radon:future" "await" (func $await (param i64 i64 i32 i32) (result i32)))
  ;; 0: the message, which begins with its u64 number; 128: the request, its name at 136; 1024: the tally.
  (memory (export "memory") 1)

  (func (export "invoke")
    (local $name i32) (local $result i32) (local $burst i32) (local $next i64) (local $deadline i64)
    (local.set $name (i32.sub (call $receive (i64.const 0) (i32.const 128) (i32.const 512)) (i32.const 8)))
    (if (i32.lt_s (local.get $name) (i32.const 1)) (then unreachable))
    (local.set $deadline
      (i64.add (call $monotonic) (i64.mul (i64.load32_u (i32.const 128)) (i64.const 1000))))
    (loop $turn
      (local.set $burst (i32.load (i32.const 132)))
      (loop $sending
        (i64.store (i32.const 0) (local.get $next))
        (local.set $result (call $send (i32.const 136) (local.get $name) (i32.const 0) (i32.const 64)))
        (if (i32.eqz (local.get $result))
          (then
            (local.set $next (i64.add (local.get $next) (i64.const 1)))
            (local.set $burst (i32.sub (local.get $burst) (i32.const 1)))
            (br_if $sending (local.get $burst)))
          (else (if (i32.ne (local.get $result) (i32.const -8)) (then unreachable)))))
      (drop (call $yield))
      (br_if $turn (i64.lt_s (call $monotonic) (local.get $deadline))))
    (call $replyWithTally (local.get $name) (local.get $next)))

  (func $replyWithTally (param $name i32) (param $sent i64) (local $future i64) (local $length i32)
    (i64.store (i32.const 0) (local.get $sent))
    (loop $busy
      (local.set $future
        (call $request (i32.const 136) (local.get $name) (i32.const 0) (i32.const 8) (i64.const 60000)))
      (if (i64.eq (local.get $future) (i64.const -8)) (then (drop (call $yield)) (br $busy))))
    (local.set $length (call $await (local.get $future) (i64.const -1) (i32.const 1024) (i32.const 512)))
    (if (i32.lt_s (local.get $length) (i32.const 0)) (then unreachable))
    (drop (call $reply (i32.const 1024) (local.get $length)))))
