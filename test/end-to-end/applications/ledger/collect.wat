;; Keeps, for every payload, how often it came (one byte), and the order in which the last ones came.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:kv" "get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "invoke")
    (local $length i32)
    (local.set $length (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (if (i32.lt_s (local.get $length) (i32.const 0)) (then unreachable))
    (i32.store8 (i32.const 0) (i32.const 48))
    (drop (call $get (i32.const 1024) (local.get $length) (i32.const 0) (i32.const 1)))
    (i32.store8 (i32.const 0) (i32.add (i32.load8_u (i32.const 0)) (i32.const 1)))
    (drop (call $put (i32.const 1024) (local.get $length) (i32.const 0) (i32.const 1)))))
