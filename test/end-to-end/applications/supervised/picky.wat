;; Traps at a message that begins with "p"; keeps every other one under its own text.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $refuse unreachable)
  (func $invoke (export "invoke") (local $length i32)
    (local.set $length (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (drop (call $put (i32.const 1024) (local.get $length) (i32.const 1024) (local.get $length)))
    (if (i32.eq (i32.load8_u (i32.const 1024)) (i32.const 0x70)) (then (call $refuse)))
    (drop (call $reply (i32.const 1024) (local.get $length)))))
