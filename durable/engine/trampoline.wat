;; Stands between a guest and the blocking functions that seldom have to wait, and between the runtime and `invoke`.
;;
;; Leaving WebAssembly by a suspending import, and entering it by `WebAssembly.promising`, costs up to 1 us each, also
;; where nobody waits. So a blocking call asks the host first, by a plain import, for a result at once; and `run` calls
;; the body for one message after the other as long as the host says so.
(module $radon_trampoline
  (type $body (func))
  ;; Only what is needed for a result at once: an i64 costs JavaScript a bigint.
  (import "at_once" "receive" (func $receive_at_once (param i32 i32) (result i32)))
  (import "at_once" "sleep" (func $sleep_at_once (result i32)))
  (import "at_once" "await" (func $await_at_once (param f64 i32 i32) (result i32)))
  (import "suspending" "receive" (func $receive_suspending (param i64 i32 i32) (result i32)))
  (import "suspending" "sleep" (func $sleep_suspending (param i64) (result i32)))
  (import "suspending" "await" (func $await_suspending (param i64 i64 i32 i32) (result i32)))
  ;; Closes the call of the body that has ended; 1 if there is to be another.
  (import "loop" "next" (func $next (result i32)))

  ;; The guest's `invoke`, which exists only after the functions here that the guest imports.
  (table (export "body") 1 1 funcref)
  ;; No result of a blocking function: the host says by it that the guest has to wait.
  (global $must_wait i32 (i32.const 0x80000000))

  (func (export "run")
    (loop $again
      (call_indirect (type $body) (i32.const 0))
      (br_if $again (call $next))))

  (func (export "receive") (param $timeout i64) (param $ptr i32) (param $cap i32) (result i32)
    (local $result i32)
    (local.set $result (call $receive_at_once (local.get $ptr) (local.get $cap)))
    (if (i32.eq (local.get $result) (global.get $must_wait))
      (then (return (call $receive_suspending (local.get $timeout) (local.get $ptr) (local.get $cap)))))
    (local.get $result))

  (func (export "sleep") (param $ms i64) (result i32)
    (local $result i32)
    (local.set $result (global.get $must_wait))
    (if (i64.eqz (local.get $ms)) (then (local.set $result (call $sleep_at_once))))
    (if (i32.eq (local.get $result) (global.get $must_wait))
      (then (return (call $sleep_suspending (local.get $ms)))))
    (local.get $result))

  (func (export "await") (param $future i64) (param $timeout i64) (param $ptr i32) (param $cap i32) (result i32)
    (local $result i32)
    (local.set $result
      (call $await_at_once (f64.convert_i64_s (local.get $future)) (local.get $ptr) (local.get $cap)))
    (if (i32.eq (local.get $result) (global.get $must_wait))
      (then
        (return
          (call $await_suspending (local.get $future) (local.get $timeout) (local.get $ptr) (local.get $cap)))))
    (local.get $result)))
