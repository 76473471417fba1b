;; Stands between a guest and the host functions that it calls most, and between the runtime and `invoke`.
;;
;; Leaving WebAssembly by a suspending import, and entering it by `WebAssembly.promising`, costs up to 1 us each, also
;; where nobody waits. So a blocking call asks the host first, by a plain import, for a result at once; and `run` calls
;; the body for one message after the other as long as the host says so.
;;
;; What a busy guest calls most goes by a table, where the host puts functions that do without it (`fast-path.wat`).
(module $radon_trampoline
  (type $body (func))
  (type $send (func (param i32 i32 i32 i32) (result i32)))
  (type $bytes_out (func (param i32 i32) (result i32)))
  (type $tell (func (result i32)))
  ;; Only what is needed for a result at once: an i64 costs JavaScript a bigint.
  (import "at_once" "receive" (func $receive_at_once (type $bytes_out)))
  (import "at_once" "sleep" (func $sleep_at_once (result i32)))
  (import "at_once" "await" (func $await_at_once (param f64 i32 i32) (result i32)))
  (import "suspending" "receive" (func $receive_suspending (param i64 i32 i32) (result i32)))
  (import "suspending" "sleep" (func $sleep_suspending (param i64) (result i32)))
  (import "suspending" "await" (func $await_suspending (param i64 i64 i32 i32) (result i32)))
  (import "plain" "send" (func $send (type $send)))
  (import "plain" "kind" (func $kind (type $tell)))
  (import "plain" "sender" (func $sender (type $bytes_out)))
  ;; Closes the call of the body that has ended; 1 if there is to be another.
  (import "loop" "next" (func $next (type $tell)))

  ;; The guest's `invoke`, which exists only after the functions here that the guest imports; then what may be replaced.
  (table (export "functions") 6 6 funcref)
  (elem (i32.const 1) func $next $receive_at_once $send $kind $sender)
  ;; No result of a blocking function: the host says by it that the guest has to wait.
  (global $must_wait i32 (i32.const 0x80000000))

  (func (export "run")
    (loop $again
      (call_indirect (type $body) (i32.const 0))
      (br_if $again (call_indirect (type $tell) (i32.const 1)))))

  (func (export "receive") (param $timeout i64) (param $ptr i32) (param $cap i32) (result i32)
    (local $result i32)
    (local.set $result (call_indirect (type $bytes_out) (local.get $ptr) (local.get $cap) (i32.const 2)))
    (if (i32.eq (local.get $result) (global.get $must_wait))
      (then (return (call $receive_suspending (local.get $timeout) (local.get $ptr) (local.get $cap)))))
    (local.get $result))

  (func (export "send") (param $to_ptr i32) (param $to_len i32) (param $ptr i32) (param $len i32) (result i32)
    (call_indirect (type $send)
      (local.get $to_ptr) (local.get $to_len) (local.get $ptr) (local.get $len) (i32.const 3)))

  (func (export "kind") (result i32)
    (call_indirect (type $tell) (i32.const 4)))

  (func (export "sender") (param $ptr i32) (param $cap i32) (result i32)
    (call_indirect (type $bytes_out) (local.get $ptr) (local.get $cap) (i32.const 5)))

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
