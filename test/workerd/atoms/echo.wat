;; Replies with what it was sent, and keeps it; traps at a message that begins with "!".
(module
 (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
 (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
 (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
 (memory (export "memory") 1)
 (data (i32.const 0) "last")
 (func (export "invoke") (local $n i32)
  (local.set $n (call $receive (i64.const 0) (i32.const 1024) (i32.const 4096)))
  (if (i32.lt_s (local.get $n) (i32.const 0)) (then unreachable))
  (drop (call $put (i32.const 0) (i32.const 4) (i32.const 1024) (local.get $n)))
  (if (i32.eq (i32.load8_u (i32.const 1024)) (i32.const 33)) (then unreachable))
  (drop (call $reply (i32.const 1024) (local.get $n)))))
