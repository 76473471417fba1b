;; Publishes messages of 64 bytes to the subscribers sub-00 to sub-99, one after the other with a pause between.
;; Its request: u32 messages, u32 milliseconds of pause. Its reply: an i64 a message, when its turn began, in microseconds.
(module
  (import "radon:core" "monotonic" (func $monotonic (result i64)))
  (import "radon:core" "sleep" (func $sleep (param i64) (result i32)))
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))
  ;; 0: the payload; 128: a subscriber's name; 256: the request; 1024: the times.
  (memory (export "memory") 1)
  (data (i32.const 128) "sub-..")

  (func (export "invoke") (local $left i32) (local $at i32)
    (if (i32.ne (call $receive (i64.const 0) (i32.const 256) (i32.const 64)) (i32.const 8)) (then unreachable))
    (local.set $left (i32.load (i32.const 256)))
    (local.set $at (i32.const 1024))
    (loop $publishing
      (i64.store (local.get $at) (call $monotonic))
      (call $publish)
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (drop (call $sleep (i64.load32_u (i32.const 260))))
      (br_if $publishing (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (drop (call $reply (i32.const 1024) (i32.sub (local.get $at) (i32.const 1024)))))

  (func $publish (local $number i32)
    (loop $sending
      (i32.store8 (i32.const 132) (i32.add (i32.const 48) (i32.div_u (local.get $number) (i32.const 10))))
      (i32.store8 (i32.const 133) (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
      (if (call $send (i32.const 128) (i32.const 6) (i32.const 0) (i32.const 64)) (then unreachable))
      (local.set $number (i32.add (local.get $number) (i32.const 1)))
      (br_if $sending (i32.lt_u (local.get $number) (i32.const 100))))))
