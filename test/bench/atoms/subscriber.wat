;; Notes when each message came; replies to a request with the times, an i64 each in microseconds, and forgets them.
(module
  (import "radon:core" "monotonic" (func $monotonic (result i64)))
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "kind" (func $kind (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  ;; 0: the message; 1024: the times.
  (memory (export "memory") 1)
  (global $end (mut i32) (i32.const 1024))

  (func (export "invoke")
    (drop (call $receive (i64.const 0) (i32.const 0) (i32.const 64)))
    (if (call $kind)
      (then
        (drop (call $reply (i32.const 1024) (i32.sub (global.get $end) (i32.const 1024))))
        (global.set $end (i32.const 1024)))
      (else
        (i64.store (global.get $end) (call $monotonic))
        (global.set $end (i32.add (global.get $end) (i32.const 8)))))))
