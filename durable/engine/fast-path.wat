;; What a guest does most, without leaving WebAssembly: it receives the next message of a run, sends one more to where it sent the
;; last, and returns from `invoke`. All that is out of the ordinary is left to the host's own functions, which `fast-path.ts` sees to
;; find the state that they would have without any of this.
;;
;; The host and the guests of an isolate share the memory `$exchange`: a page of words, then what comes in, then what goes out. The
;; words belong to the guest whose number stands in the first one; nothing of another's is read.
(module $radon_fast_path
  (import "guest" "memory" (memory $guest 0))
  (import "guest" "number" (global $self i32))
  (import "exchange" "memory" (memory $exchange 9))
  (import "host" "send" (func $send_slow (param i32 i32 i32 i32) (result i32)))
  (import "host" "receive" (func $receive_slow (param i32 i32) (result i32)))
  (import "host" "kind" (func $kind_slow (result i32)))
  (import "host" "sender" (func $sender_slow (param i32 i32) (result i32)))
  (import "host" "next" (func $next_slow (result i32)))

  ;; The words, as in `exchange.ts`.
  (global $owner i32 (i32.const 0))
  ;; 1: a `receive` ends the turn, and `invoke` is not called again.
  (global $daemon i32 (i32.const 4))
  ;; 1: the current message came by here, or is of the same kind and sender as those that do.
  (global $current i32 (i32.const 8))
  ;; The next envelope to be received, and the end of the last one.
  (global $in_at i32 (i32.const 12))
  (global $in_end i32 (i32.const 16))
  ;; The turns that have ended.
  (global $turns i32 (i32.const 20))
  ;; The end of what was sent, the end of where it may stand, and how many more messages may be sent.
  (global $out_at i32 (i32.const 24))
  (global $out_end i32 (i32.const 28))
  (global $out_left i32 (i32.const 32))
  ;; The first and the last of these three as they were when the last turn ended.
  (global $turn_out_at i32 (i32.const 36))
  (global $turn_out_left i32 (i32.const 40))
  ;; How long the two names are.
  (global $to_length i32 (i32.const 44))
  (global $from_length i32 (i32.const 48))
  ;; What `send` calls the destination, and the name of who sent what comes in.
  (global $to i32 (i32.const 1024))
  (global $from i32 (i32.const 2048))

  ;; A message's envelope (`envelope.ts`): a zero, the length of the payload in four bytes, the payload.
  (global $head i32 (i32.const 5))

  (func (export "send") (param $to_ptr i32) (param $to_len i32) (param $ptr i32) (param $len i32) (result i32)
    (local $at i32) (local $end i64)
    (block $slow
      (br_if $slow (i32.ne (i32.load $exchange (global.get $owner)) (global.get $self)))
      (br_if $slow (i32.eqz (i32.load $exchange (global.get $out_left))))
      (br_if $slow (i32.ne (local.get $to_len) (i32.load $exchange (global.get $to_length))))
      (br_if $slow (call $leaves_memory (local.get $to_ptr) (local.get $to_len)))
      (br_if $slow (call $leaves_memory (local.get $ptr) (local.get $len)))
      (local.set $at (i32.load $exchange (global.get $out_at)))
      (local.set $end
        (i64.add
          (i64.extend_i32_u (i32.add (local.get $at) (global.get $head)))
          (i64.extend_i32_u (local.get $len))))
      (br_if $slow (i64.gt_u (local.get $end) (i64.extend_i32_u (i32.load $exchange (global.get $out_end)))))
      (br_if $slow (i32.eqz (call $is_destination (local.get $to_ptr) (local.get $to_len))))
      (i32.store8 $exchange (local.get $at) (i32.const 0))
      (i32.store $exchange offset=1 (local.get $at) (local.get $len))
      (call $copy_out (i32.add (local.get $at) (global.get $head)) (local.get $ptr) (local.get $len))
      (i32.store $exchange (global.get $out_at) (i32.wrap_i64 (local.get $end)))
      (i32.store $exchange (global.get $out_left)
        (i32.sub (i32.load $exchange (global.get $out_left)) (i32.const 1)))
      (return (i32.const 0)))
    (call $send_slow (local.get $to_ptr) (local.get $to_len) (local.get $ptr) (local.get $len)))

  (func (export "receive") (param $ptr i32) (param $cap i32) (result i32)
    (local $at i32) (local $len i32)
    (block $slow
      (br_if $slow (i32.ne (i32.load $exchange (global.get $owner)) (global.get $self)))
      (local.set $at (i32.load $exchange (global.get $in_at)))
      (br_if $slow (i32.ge_u (local.get $at) (i32.load $exchange (global.get $in_end))))
      (br_if $slow
        (i32.gt_u
          (i32.load $exchange (global.get $current))
          (i32.load $exchange (global.get $daemon))))
      (local.set $len (i32.load $exchange offset=1 (local.get $at)))
      (br_if $slow (i32.gt_u (local.get $len) (local.get $cap)))
      (br_if $slow (call $leaves_memory (local.get $ptr) (local.get $cap)))
      (if (i32.load $exchange (global.get $daemon)) (then (call $end_turn)))
      (i32.store $exchange (global.get $current) (i32.const 1))
      (local.set $at (i32.add (local.get $at) (global.get $head)))
      (call $copy_in (local.get $ptr) (local.get $at) (local.get $len))
      (i32.store $exchange (global.get $in_at) (i32.add (local.get $at) (local.get $len)))
      (return (local.get $len)))
    (call $receive_slow (local.get $ptr) (local.get $cap)))

  (func (export "kind") (result i32)
    (if (i32.eq (i32.load $exchange (global.get $owner)) (global.get $self))
      (then (if (i32.load $exchange (global.get $current)) (then (return (i32.const 0))))))
    (call $kind_slow))

  (func (export "sender") (param $ptr i32) (param $cap i32) (result i32)
    (local $len i32)
    (block $slow
      (br_if $slow (i32.ne (i32.load $exchange (global.get $owner)) (global.get $self)))
      (br_if $slow (i32.eqz (i32.load $exchange (global.get $current))))
      (local.set $len (i32.load $exchange (global.get $from_length)))
      (br_if $slow (i32.gt_u (local.get $len) (local.get $cap)))
      (br_if $slow (call $leaves_memory (local.get $ptr) (local.get $cap)))
      (call $copy_in (local.get $ptr) (global.get $from) (local.get $len))
      (return (local.get $len)))
    (call $sender_slow (local.get $ptr) (local.get $cap)))

  ;; As the host's own: closes the call of `invoke` that has ended; 1 if there is to be another. One that has not received its message
  ;; is for the host to close.
  (func (export "next") (result i32)
    (block $slow
      (br_if $slow (i32.ne (i32.load $exchange (global.get $owner)) (global.get $self)))
      (br_if $slow
        (i32.le_u
          (i32.load $exchange (global.get $current))
          (i32.load $exchange (global.get $daemon))))
      (br_if $slow
        (i32.ge_u
          (i32.load $exchange (global.get $in_at))
          (i32.load $exchange (global.get $in_end))))
      (call $end_turn)
      (i32.store $exchange (global.get $current) (i32.const 0))
      (return (i32.const 1)))
    (call $next_slow))

  (func $end_turn
    (i32.store $exchange (global.get $turns)
      (i32.add (i32.load $exchange (global.get $turns)) (i32.const 1)))
    (i32.store $exchange (global.get $turn_out_at) (i32.load $exchange (global.get $out_at)))
    (i32.store $exchange (global.get $turn_out_left) (i32.load $exchange (global.get $out_left))))

  (func $leaves_memory (param $ptr i32) (param $len i32) (result i32)
    (i64.gt_u
      (i64.add (i64.extend_i32_u (local.get $ptr)) (i64.extend_i32_u (local.get $len)))
      (i64.shl (i64.extend_i32_u (memory.size $guest)) (i64.const 16))))

  (func $is_destination (param $ptr i32) (param $len i32) (result i32)
    (local $at i32)
    (block $rest
      (loop $again
        (br_if $rest (i32.gt_u (i32.add (local.get $at) (i32.const 8)) (local.get $len)))
        (if (i64.ne
              (i64.load $guest (i32.add (local.get $ptr) (local.get $at)))
              (i64.load $exchange (i32.add (global.get $to) (local.get $at))))
          (then (return (i32.const 0))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $again)))
    (block $done
      (loop $again
        (br_if $done (i32.ge_u (local.get $at) (local.get $len)))
        (if (i32.ne
              (i32.load8_u $guest (i32.add (local.get $ptr) (local.get $at)))
              (i32.load8_u $exchange (i32.add (global.get $to) (local.get $at))))
          (then (return (i32.const 0))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $again)))
    (i32.const 1))

  ;; The engine's own copying is a call that costs more than a short copy takes.
  (func $copy_out (param $to i32) (param $from i32) (param $len i32)
    (local $end i32)
    (if (i32.gt_u (local.get $len) (i32.const 128))
      (then (memory.copy $exchange $guest (local.get $to) (local.get $from) (local.get $len)) (return)))
    (local.set $end (i32.add (local.get $to) (local.get $len)))
    (block $rest
      (loop $again
        (br_if $rest (i32.gt_u (i32.add (local.get $to) (i32.const 8)) (local.get $end)))
        (i64.store $exchange (local.get $to) (i64.load $guest (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 8)))
        (local.set $from (i32.add (local.get $from) (i32.const 8)))
        (br $again)))
    (block $done
      (loop $again
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (i32.store8 $exchange (local.get $to) (i32.load8_u $guest (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $again))))

  (func $copy_in (param $to i32) (param $from i32) (param $len i32)
    (local $end i32)
    (if (i32.gt_u (local.get $len) (i32.const 128))
      (then (memory.copy $guest $exchange (local.get $to) (local.get $from) (local.get $len)) (return)))
    (local.set $end (i32.add (local.get $from) (local.get $len)))
    (block $rest
      (loop $again
        (br_if $rest (i32.gt_u (i32.add (local.get $from) (i32.const 8)) (local.get $end)))
        (i64.store $guest (local.get $to) (i64.load $exchange (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 8)))
        (local.set $from (i32.add (local.get $from) (i32.const 8)))
        (br $again)))
    (block $done
      (loop $again
        (br_if $done (i32.ge_u (local.get $from) (local.get $end)))
        (i32.store8 $guest (local.get $to) (i32.load8_u $exchange (local.get $from)))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $again)))))
