;; Asks the atom that its configuration names as "to" what it is asked itself, and answers with what that answers.
(module
  (import "radon:core" "config" (func $config (param i32 i32 i32 i32) (result i32)))
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:future" "request" (func $request (param i32 i32 i32 i32 i64) (result i64)))
  (import "radon:future" "await" (func $await (param i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "to")
  (func (export "invoke")
    (local $name i32)
    (local $length i32)
    (local.set $name (call $config (i32.const 0) (i32.const 2) (i32.const 16) (i32.const 256)))
    (local.set $length (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (local.set $length
      (call $await
        (call $request (i32.const 16) (local.get $name) (i32.const 1024) (local.get $length) (i64.const 10000))
        (i64.const -1)
        (i32.const 4096)
        (i32.const 1024)))
    (if (i32.lt_s (local.get $length) (i32.const 0)) (then unreachable))
    (drop (call $reply (i32.const 4096) (local.get $length)))))
