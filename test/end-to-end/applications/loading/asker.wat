;; Finds any atom with the alias `loaded` in the scope `topic`, asks it, and answers with what it answers.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:naming" "lookup" (func $lookup (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "radon:future" "request" (func $request (param i32 i32 i32 i32 i64) (result i64)))
  (import "radon:future" "await" (func $await (param i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "topicloaded")
  (func (export "invoke") (local $n i32)
    (drop (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (local.set $n (call $lookup (i32.const 0) (i32.const 5) (i32.const 5) (i32.const 6)
      (i32.const 0) (i32.const 1) (i32.const 64) (i32.const 256)))
    (if (i32.lt_s (local.get $n) (i32.const 0)) (then (return)))
    (local.set $n (call $await
      (call $request (i32.const 64) (local.get $n) (i32.const 0) (i32.const 5) (i64.const 5000))
      (i64.const -1) (i32.const 512) (i32.const 256)))
    (drop (call $reply (i32.const 512) (local.get $n)))))
