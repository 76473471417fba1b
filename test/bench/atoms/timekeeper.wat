;; Sets timers one after the other. Its request: u32 timers, u32 milliseconds each. Its reply: an i64 a timer, how late it was, in
;; microseconds.
(module
  (import "radon:core" "monotonic" (func $monotonic (result i64)))
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:future" "timer" (func $timer (param i64) (result i64)))
  (import "radon:future" "await" (func $await (param i64 i64 i32 i32) (result i32)))
  ;; 0: the request; 1024: the answer.
  (memory (export "memory") 1)

  (func (export "invoke") (local $left i32) (local $at i32)
    (if (i32.ne (call $receive (i64.const 0) (i32.const 0) (i32.const 64)) (i32.const 8)) (then unreachable))
    (local.set $left (i32.load (i32.const 0)))
    (local.set $at (i32.const 1024))
    (loop $timing
      (i64.store (local.get $at) (call $lateness (i64.load32_u (i32.const 4))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $timing (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (drop (call $reply (i32.const 1024) (i32.sub (local.get $at) (i32.const 1024)))))

  (func $lateness (param $ms i64) (result i64) (local $start i64)
    (local.set $start (call $monotonic))
    (drop (call $await (call $timer (local.get $ms)) (i64.const -1) (i32.const 512) (i32.const 64)))
    (i64.sub (i64.sub (call $monotonic) (local.get $start)) (i64.mul (local.get $ms) (i64.const 1000)))))
