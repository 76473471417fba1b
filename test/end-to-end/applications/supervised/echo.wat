;; Answers with what it was sent.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "invoke") (local $length i32)
    (local.set $length (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (drop (call $reply (i32.const 1024) (local.get $length)))))
