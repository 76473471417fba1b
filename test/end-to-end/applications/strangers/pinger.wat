;; An atom in WebAssembly text, written from the ABI page alone: asks cloud/greeter for a greeting, and passes it on.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:messaging" "fail" (func $fail (param i32 i32) (result i32)))
  (import "radon:core" "last_error" (func $last_error (param i32 i32) (result i32)))
  (import "radon:future" "request" (func $request (param i32 i32 i32 i32 i64) (result i64)))
  (import "radon:future" "await" (func $await (param i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "cloud/greeter")
  (func (export "invoke") (local $length i32)
    (local.set $length (call $receive (i64.const 0) (i32.const 1024) (i32.const 512)))
    (local.set $length
      (call $await
        (call $request (i32.const 0) (i32.const 13) (i32.const 1024) (local.get $length) (i64.const 5000))
        (i64.const -1) (i32.const 1024) (i32.const 1024)))
    (if (i32.ge_s (local.get $length) (i32.const 0))
      (then (drop (call $reply (i32.const 1024) (local.get $length))))
      (else (drop (call $fail (i32.const 4096) (call $last_error (i32.const 4096) (i32.const 1024))))))))
