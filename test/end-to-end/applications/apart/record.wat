;; Writes every message behind those that came before it, under the key "all"; a request is answered with its own bytes.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "kind" (func $kind (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:kv" "get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "all")
  (func (export "invoke")
    (local $length i32)
    (local $before i32)
    (local.set $before (call $get (i32.const 0) (i32.const 3) (i32.const 1024) (i32.const 65536)))
    (if (i32.lt_s (local.get $before) (i32.const 0)) (then (local.set $before (i32.const 0))))
    (local.set $length
      (call $receive (i64.const 0) (i32.add (i32.const 1024) (local.get $before)) (i32.const 1024)))
    (if (i32.lt_s (local.get $length) (i32.const 0)) (then unreachable))
    (if (call $kind)
      (then (drop (call $reply (i32.add (i32.const 1024) (local.get $before)) (local.get $length))))
      (else
        (drop
          (call $put (i32.const 0) (i32.const 3) (i32.const 1024) (i32.add (local.get $before) (local.get $length))))))))
