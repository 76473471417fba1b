;; Takes every message and does nothing with it; replies with nothing to a request.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "kind" (func $kind (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "invoke")
    (drop (call $receive (i64.const 0) (i32.const 0) (i32.const 64)))
    (if (call $kind) (then (drop (call $reply (i32.const 0) (i32.const 0)))))))
