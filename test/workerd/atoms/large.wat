;; Has 24 MiB of memory, and replies with how many messages its instance has had, as a digit.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (memory (export "memory") 384)
  (data (i32.const 0) "0")
  (func (export "invoke")
    (drop (call $receive (i64.const 0) (i32.const 16) (i32.const 16)))
    (i32.store8 (i32.const 0) (i32.add (i32.load8_u (i32.const 0)) (i32.const 1)))
    (drop (call $reply (i32.const 0) (i32.const 1)))))
