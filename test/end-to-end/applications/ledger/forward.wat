;; Hands every message on to edge-1/collect, counting them on the way in its own store.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "edge-1/collect")
  (func (export "invoke")
    (local $length i32)
    (local.set $length (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (if (i32.lt_s (local.get $length) (i32.const 0)) (then unreachable))
    (if (i32.lt_s (call $send (i32.const 0) (i32.const 14) (i32.const 1024) (local.get $length)) (i32.const 0))
      (then unreachable))))
