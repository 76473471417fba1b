;; Plays a ball back to its partner, without end. A message that begins with a 1 ends the play: the next ball is not played back.
(module
  (import "radon:core" "config" (func $config (param i32 i32 i32 i32) (result i32)))
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))
  ;; 0: the message; 128: the key; 256: the partner's name.
  (memory (export "memory") 1)
  (data (i32.const 128) "partner")
  (global $partner (mut i32) (i32.const 0))
  (global $over (mut i32) (i32.const 0))

  (func (export "_initialize")
    (global.set $partner (call $config (i32.const 128) (i32.const 7) (i32.const 256) (i32.const 256))))

  (func (export "invoke")
    (drop (call $receive (i64.const 0) (i32.const 0) (i32.const 64)))
    (if (i32.load8_u (i32.const 0)) (then (global.set $over (i32.const 1)) (return)))
    (if (global.get $over) (then (global.set $over (i32.const 0)) (return)))
    (if (call $send (i32.const 256) (global.get $partner) (i32.const 0) (i32.const 64)) (then unreachable))))
