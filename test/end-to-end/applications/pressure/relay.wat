;; Hands every message on to edge-1/slow. While there is no room on the way it waits, so that its own mailbox fills.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))
  (import "radon:core" "sleep" (func $sleep (param i64) (result i32)))
  (memory (export "memory") 18)
  (data (i32.const 0) "edge-1/slow")
  (func (export "invoke")
    (local $length i32)
    (local $sent i32)
    (local.set $length (call $receive (i64.const 0) (i32.const 1024) (i32.const 1048576)))
    (if (i32.lt_s (local.get $length) (i32.const 0)) (then unreachable))
    (loop $again
      (local.set $sent (call $send (i32.const 0) (i32.const 11) (i32.const 1024) (local.get $length)))
      ;; -8 is BUSY.
      (if (i32.eq (local.get $sent) (i32.const -8))
        (then
          (drop (call $sleep (i64.const 20)))
          (br $again))))
    (if (i32.lt_s (local.get $sent) (i32.const 0)) (then unreachable))))
