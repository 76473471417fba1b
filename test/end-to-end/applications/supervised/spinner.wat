;; Computes for ever for a message that begins with "s"; answers every other one with what it was sent.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $spin (loop $for_ever (br $for_ever)))
  (func $invoke (export "invoke") (local $length i32)
    (local.set $length (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (if (i32.eq (i32.load8_u (i32.const 1024)) (i32.const 0x73)) (then (call $spin)))
    (drop (call $reply (i32.const 1024) (local.get $length)))))
