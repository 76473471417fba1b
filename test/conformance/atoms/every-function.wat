;; An atom that imports every function of the ABI and does what its messages say: a message is a program, a list of calls.
;; The number of a function is its place in the list of imports. What each call returned is written to the log, in hex.
;; `puppet.ts` writes the programs and reads the log.
;;
;; A program: u32 number of calls, the calls, data. A call has 80 bytes:
;;   u16 function, u16 register for its result, u16 place of its bytes-out pointer + 1 (0 = none), u16 unused,
;;   8 arguments of 8 bytes, 8 modes of 1 byte: 0 = a number, 1 = the result in a register, 2 = an offset in the program.
;; The token of a callback is the address of the program to run.
;;
;; Memory: registers from 0, a trace record from 8192, its hex from 12288, programs from 65536, one after the other.
(module
  ;; radon:core
  (import "radon:core" "take" (func $core.take (param i32 i32) (result i32)))
  (import "radon:core" "last_error" (func $core.last_error (param i32 i32) (result i32)))
  (import "radon:core" "self_name" (func $core.self_name (param i32 i32) (result i32)))
  (import "radon:core" "config" (func $core.config (param i32 i32 i32 i32) (result i32)))
  (import "radon:core" "log" (func $core.log (param i32 i32 i32)))
  (import "radon:core" "now" (func $core.now (result i64)))
  (import "radon:core" "monotonic" (func $core.monotonic (result i64)))
  (import "radon:core" "random" (func $core.random (param i32 i32)))
  (import "radon:core" "sleep" (func $core.sleep (param i64) (result i32)))
  (import "radon:core" "yield" (func $core.yield (result i32)))

  ;; radon:messaging
  (import "radon:messaging" "send" (func $messaging.send (param i32 i32 i32 i32) (result i32)))
  (import "radon:messaging" "receive" (func $messaging.receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "kind" (func $messaging.kind (result i32)))
  (import "radon:messaging" "sender" (func $messaging.sender (param i32 i32) (result i32)))
  (import "radon:messaging" "attempt" (func $messaging.attempt (result i32)))
  (import "radon:messaging" "reply" (func $messaging.reply (param i32 i32) (result i32)))
  (import "radon:messaging" "fail" (func $messaging.fail (param i32 i32) (result i32)))
  (import "radon:messaging" "reply_token" (func $messaging.reply_token (result i64)))
  (import "radon:messaging" "reply_to" (func $messaging.reply_to (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "interrupt" (func $messaging.interrupt (param i32 i32 i32 i32 i32) (result i32)))
  (import "radon:messaging" "on_reentrant" (func $messaging.on_reentrant (param i32) (result i32)))

  ;; radon:future
  (import "radon:future" "request" (func $future.request (param i32 i32 i32 i32 i64) (result i64)))
  (import "radon:future" "timer" (func $future.timer (param i64) (result i64)))
  (import "radon:future" "await" (func $future.await (param i64 i64 i32 i32) (result i32)))
  (import "radon:future" "poll" (func $future.poll (param i64) (result i32)))
  (import "radon:future" "on_complete" (func $future.on_complete (param i64 i32) (result i32)))
  (import "radon:future" "cancel" (func $future.cancel (param i64) (result i32)))

  ;; radon:interrupt
  (import "radon:interrupt" "on" (func $interrupt.on (param i32 i32) (result i32)))
  (import "radon:interrupt" "off" (func $interrupt.off (param i32) (result i32)))
  (import "radon:interrupt" "mask" (func $interrupt.mask (result i32)))
  (import "radon:interrupt" "unmask" (func $interrupt.unmask (result i32)))
  (import "radon:interrupt" "preempt" (func $interrupt.preempt (param i32) (result i32)))

  ;; radon:kv
  (import "radon:kv" "get" (func $kv.get (param i32 i32 i32 i32) (result i32)))
  (import "radon:kv" "put" (func $kv.put (param i32 i32 i32 i32) (result i32)))
  (import "radon:kv" "delete" (func $kv.delete (param i32 i32) (result i32)))
  (import "radon:kv" "scan" (func $kv.scan (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))

  ;; radon:naming
  (import "radon:naming" "resolve" (func $naming.resolve (param i32 i32 i32 i32) (result i32)))
  (import "radon:naming" "lookup" (func $naming.lookup (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "radon:naming" "alias" (func $naming.alias (param i32 i32 i32 i32) (result i32)))
  (import "radon:naming" "unalias" (func $naming.unalias (param i32 i32 i32 i32) (result i32)))

  ;; radon:http
  (import "radon:http" "head" (func $http.head (param i32 i32) (result i32)))
  (import "radon:http" "respond" (func $http.respond (param i32 i32 i32 i32 i32) (result i32)))
  (import "radon:http" "fetch" (func $http.fetch (param i32 i32 i32 i32) (result i64)))

  (memory (export "memory") 80)
  (global $free (mut i32) (i32.const 65536))
  (global $again (mut i32) (i32.const 0))

  (func (export "invoke")
    (loop $next
      (call $receive_and_run)
      (br_if $next (global.get $again))))

  (func $receive_and_run
    (local $program i32) (local $length i32)
    (local.set $program (global.get $free))
    (local.set $length (call $messaging.receive (i64.const -1) (local.get $program) (i32.const 1048576)))
    (if (i32.lt_s (local.get $length) (i32.const 0)) (then (global.set $again (i32.const 0)) (return)))
    (global.set $free (i32.add (global.get $free) (local.get $length)))
    (call $run (local.get $program)))

  (func (export "radon_callback") (param $kind i32) (param $token i32) (param $len i32)
    (call $trace (i32.const 65535) (local.get $kind) (i64.extend_i32_s (local.get $len)) (i32.const 0) (i32.const 0))
    (if (local.get $token) (then (call $run (local.get $token))))
    (call $trace (i32.const 65535) (i32.const 0) (i64.const 0) (i32.const 0) (i32.const 0)))

  (func $run (param $program i32)
    (local $call i32) (local $left i32)
    (local.set $call (i32.add (local.get $program) (i32.const 4)))
    (local.set $left (i32.load (local.get $program)))
    (loop $next
      (if (local.get $left)
        (then
          (call $perform (local.get $program) (local.get $call))
          (local.set $call (i32.add (local.get $call) (i32.const 80)))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (br $next)))))

  (func $perform (param $program i32) (param $call i32)
    (local $result i64) (local $register i32) (local $out i32) (local $ptr i32) (local $length i32)
    (local.set $register (i32.load16_u offset=2 (local.get $call)))
    (local.set $result
      (call $dispatch
        (i32.load16_u (local.get $call))
        (call $argument (local.get $program) (local.get $call) (i32.const 0))
        (call $argument (local.get $program) (local.get $call) (i32.const 1))
        (call $argument (local.get $program) (local.get $call) (i32.const 2))
        (call $argument (local.get $program) (local.get $call) (i32.const 3))
        (call $argument (local.get $program) (local.get $call) (i32.const 4))
        (call $argument (local.get $program) (local.get $call) (i32.const 5))
        (call $argument (local.get $program) (local.get $call) (i32.const 6))
        (call $argument (local.get $program) (local.get $call) (i32.const 7))))
    (i64.store (i32.mul (local.get $register) (i32.const 8)) (local.get $result))
    (local.set $out (i32.load16_u offset=4 (local.get $call)))
    (if (local.get $out)
      (then
        (local.set $out (i32.sub (local.get $out) (i32.const 1)))
        (local.set $ptr
          (i32.wrap_i64 (call $argument (local.get $program) (local.get $call) (local.get $out))))
        (if
          (i64.le_s
            (local.get $result)
            (call $argument (local.get $program) (local.get $call) (i32.add (local.get $out) (i32.const 1))))
          (then (local.set $length (i32.wrap_i64 (local.get $result)))))))
    (call $trace
      (local.get $register)
      (i32.const 0)
      (local.get $result)
      (local.get $ptr)
      (select (local.get $length) (i32.const 0) (i32.gt_s (local.get $length) (i32.const 0)))))

  (func $argument (param $program i32) (param $call i32) (param $index i32) (result i64)
    (local $value i64) (local $mode i32)
    (local.set $value
      (i64.load offset=8 (i32.add (local.get $call) (i32.mul (local.get $index) (i32.const 8)))))
    (local.set $mode (i32.load8_u offset=72 (i32.add (local.get $call) (local.get $index))))
    (if (i32.eq (local.get $mode) (i32.const 1))
      (then (return (i64.load (i32.mul (i32.wrap_i64 (local.get $value)) (i32.const 8))))))
    (if (i32.eq (local.get $mode) (i32.const 2))
      (then (return (i64.add (local.get $value) (i64.extend_i32_u (local.get $program))))))
    (local.get $value))

  ;; Writes a record to the log: u16 register, u16 kind of callback, i64 result, bytes (512 at most).
  (func $trace (param $register i32) (param $kind i32) (param $result i64) (param $ptr i32) (param $length i32)
    (local $at i32) (local $end i32) (local $to i32)
    (if (i32.gt_u (local.get $length) (i32.const 512)) (then (local.set $length (i32.const 512))))
    (i32.store16 (i32.const 8192) (local.get $register))
    (i32.store16 (i32.const 8194) (local.get $kind))
    (i64.store (i32.const 8196) (local.get $result))
    (memory.copy (i32.const 8204) (local.get $ptr) (local.get $length))
    (local.set $at (i32.const 8192))
    (local.set $end (i32.add (i32.const 8204) (local.get $length)))
    (local.set $to (i32.const 12288))
    (loop $next
      (if (i32.lt_u (local.get $at) (local.get $end))
        (then
          (i32.store8 (local.get $to) (call $hex (i32.shr_u (i32.load8_u (local.get $at)) (i32.const 4))))
          (i32.store8 offset=1 (local.get $to) (call $hex (i32.and (i32.load8_u (local.get $at)) (i32.const 15))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (local.set $to (i32.add (local.get $to) (i32.const 2)))
          (br $next))))
    (call $core.log (i32.const 0) (i32.const 12288) (i32.sub (local.get $to) (i32.const 12288))))

  (func $hex (param $digit i32) (result i32)
    (i32.add
      (local.get $digit)
      (select (i32.const 87) (i32.const 48) (i32.gt_u (local.get $digit) (i32.const 9)))))

  (func $dispatch
    (param $op i32)
    (param $a i64) (param $b i64) (param $c i64) (param $d i64) (param $e i64) (param $f i64) (param $g i64) (param $h i64)
    (result i64)
    ;; radon:core
    (if (i32.eq (local.get $op) (i32.const 0)) (then (return (i64.extend_i32_s (call $core.take (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)))))))
    (if (i32.eq (local.get $op) (i32.const 1)) (then (return (i64.extend_i32_s (call $core.last_error (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)))))))
    (if (i32.eq (local.get $op) (i32.const 2)) (then (return (i64.extend_i32_s (call $core.self_name (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)))))))
    (if (i32.eq (local.get $op) (i32.const 3)) (then (return (i64.extend_i32_s (call $core.config (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)))))))
    (if (i32.eq (local.get $op) (i32.const 4)) (then (call $core.log (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c))) (return (i64.const 0))))
    (if (i32.eq (local.get $op) (i32.const 5)) (then (return (call $core.now))))
    (if (i32.eq (local.get $op) (i32.const 6)) (then (return (call $core.monotonic))))
    (if (i32.eq (local.get $op) (i32.const 7)) (then (call $core.random (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b))) (return (i64.const 0))))
    (if (i32.eq (local.get $op) (i32.const 8)) (then (return (i64.extend_i32_s (call $core.sleep (local.get $a))))))
    (if (i32.eq (local.get $op) (i32.const 9)) (then (return (i64.extend_i32_s (call $core.yield)))))

    ;; radon:messaging
    (if (i32.eq (local.get $op) (i32.const 10)) (then (return (i64.extend_i32_s (call $messaging.send (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)))))))
    (if (i32.eq (local.get $op) (i32.const 11)) (then (return (i64.extend_i32_s (call $messaging.receive (local.get $a) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)))))))
    (if (i32.eq (local.get $op) (i32.const 12)) (then (return (i64.extend_i32_s (call $messaging.kind)))))
    (if (i32.eq (local.get $op) (i32.const 13)) (then (return (i64.extend_i32_s (call $messaging.sender (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)))))))
    (if (i32.eq (local.get $op) (i32.const 14)) (then (return (i64.extend_i32_s (call $messaging.attempt)))))
    (if (i32.eq (local.get $op) (i32.const 15)) (then (return (i64.extend_i32_s (call $messaging.reply (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)))))))
    (if (i32.eq (local.get $op) (i32.const 16)) (then (return (i64.extend_i32_s (call $messaging.fail (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)))))))
    (if (i32.eq (local.get $op) (i32.const 17)) (then (return (call $messaging.reply_token))))
    (if (i32.eq (local.get $op) (i32.const 18)) (then (return (i64.extend_i32_s (call $messaging.reply_to (local.get $a) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)))))))
    (if (i32.eq (local.get $op) (i32.const 19)) (then (return (i64.extend_i32_s (call $messaging.interrupt (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)) (i32.wrap_i64 (local.get $e)))))))
    (if (i32.eq (local.get $op) (i32.const 20)) (then (return (i64.extend_i32_s (call $messaging.on_reentrant (i32.wrap_i64 (local.get $a)))))))

    ;; radon:future
    (if (i32.eq (local.get $op) (i32.const 21)) (then (return (call $future.request (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)) (local.get $e)))))
    (if (i32.eq (local.get $op) (i32.const 22)) (then (return (call $future.timer (local.get $a)))))
    (if (i32.eq (local.get $op) (i32.const 23)) (then (return (i64.extend_i32_s (call $future.await (local.get $a) (local.get $b) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)))))))
    (if (i32.eq (local.get $op) (i32.const 24)) (then (return (i64.extend_i32_s (call $future.poll (local.get $a))))))
    (if (i32.eq (local.get $op) (i32.const 25)) (then (return (i64.extend_i32_s (call $future.on_complete (local.get $a) (i32.wrap_i64 (local.get $b)))))))
    (if (i32.eq (local.get $op) (i32.const 26)) (then (return (i64.extend_i32_s (call $future.cancel (local.get $a))))))

    ;; radon:interrupt
    (if (i32.eq (local.get $op) (i32.const 27)) (then (return (i64.extend_i32_s (call $interrupt.on (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)))))))
    (if (i32.eq (local.get $op) (i32.const 28)) (then (return (i64.extend_i32_s (call $interrupt.off (i32.wrap_i64 (local.get $a)))))))
    (if (i32.eq (local.get $op) (i32.const 29)) (then (return (i64.extend_i32_s (call $interrupt.mask)))))
    (if (i32.eq (local.get $op) (i32.const 30)) (then (return (i64.extend_i32_s (call $interrupt.unmask)))))
    (if (i32.eq (local.get $op) (i32.const 31)) (then (return (i64.extend_i32_s (call $interrupt.preempt (i32.wrap_i64 (local.get $a)))))))

    ;; radon:kv
    (if (i32.eq (local.get $op) (i32.const 32)) (then (return (i64.extend_i32_s (call $kv.get (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)))))))
    (if (i32.eq (local.get $op) (i32.const 33)) (then (return (i64.extend_i32_s (call $kv.put (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)))))))
    (if (i32.eq (local.get $op) (i32.const 34)) (then (return (i64.extend_i32_s (call $kv.delete (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)))))))
    (if (i32.eq (local.get $op) (i32.const 35)) (then (return (i64.extend_i32_s (call $kv.scan (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)) (i32.wrap_i64 (local.get $e)) (i32.wrap_i64 (local.get $f)) (i32.wrap_i64 (local.get $g)) (i32.wrap_i64 (local.get $h)))))))

    ;; radon:naming
    (if (i32.eq (local.get $op) (i32.const 36)) (then (return (i64.extend_i32_s (call $naming.resolve (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)))))))
    (if (i32.eq (local.get $op) (i32.const 37)) (then (return (i64.extend_i32_s (call $naming.lookup (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)) (i32.wrap_i64 (local.get $e)) (i32.wrap_i64 (local.get $f)) (i32.wrap_i64 (local.get $g)) (i32.wrap_i64 (local.get $h)))))))
    (if (i32.eq (local.get $op) (i32.const 38)) (then (return (i64.extend_i32_s (call $naming.alias (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)))))))
    (if (i32.eq (local.get $op) (i32.const 39)) (then (return (i64.extend_i32_s (call $naming.unalias (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)))))))

    ;; radon:http
    (if (i32.eq (local.get $op) (i32.const 40)) (then (return (i64.extend_i32_s (call $http.head (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)))))))
    (if (i32.eq (local.get $op) (i32.const 41)) (then (return (i64.extend_i32_s (call $http.respond (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d)) (i32.wrap_i64 (local.get $e)))))))
    (if (i32.eq (local.get $op) (i32.const 42)) (then (return (call $http.fetch (i32.wrap_i64 (local.get $a)) (i32.wrap_i64 (local.get $b)) (i32.wrap_i64 (local.get $c)) (i32.wrap_i64 (local.get $d))))))

    ;; Of the puppet itself: trap, look at its memory, change it, stay in `invoke`, grow the memory, compute until a byte is not 0.
    (if (i32.eq (local.get $op) (i32.const 100)) (then (unreachable)))
    (if (i32.eq (local.get $op) (i32.const 101)) (then (return (local.get $b))))
    (if (i32.eq (local.get $op) (i32.const 102)) (then
      (i64.store8 (i32.wrap_i64 (local.get $a)) (local.get $c))
      (return (i64.const 0))))
    (if (i32.eq (local.get $op) (i32.const 103)) (then
      (global.set $again (i32.const 1))
      (return (i64.const 0))))
    (if (i32.eq (local.get $op) (i32.const 104)) (then
      (return (i64.extend_i32_s (memory.grow (i32.wrap_i64 (local.get $a)))))))
    (if (i32.eq (local.get $op) (i32.const 105)) (then
      (loop $spin (br_if $spin (i32.eqz (i32.load8_u (i32.wrap_i64 (local.get $a))))))
      (return (i64.const 0))))
    (unreachable)))
