;; Counts the messages of a source and checks their order. With `daemon` in its configuration it loops on `receive`, otherwise it takes
;; one message an `invoke`; with `keep` it puts its count into its store with each message.
;; A request of 8 bytes, how many messages were sent, ends the count; its reply is the tally.
(module
  (import "radon:core" "config" (func $config (param i32 i32 i32 i32) (result i32)))
  (import "radon:core" "monotonic" (func $monotonic (result i64)))
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  ;; The tally: 0: i64 messages, 8: i64 errors, 16: i64 when the measurement began, 24: i64 when it ended, both in microseconds,
  ;; 32: i64 messages before it began. 1024: the message.
  (memory (export "memory") 1)
  (data (i32.const 64) "daemonkeepcount")
  (global $daemon (mut i32) (i32.const 0))
  (global $keep (mut i32) (i32.const 0))
  (global $warm (mut i32) (i32.const 0))
  (global $warmUpUs i64 (i64.const 200000))

  (func (export "_initialize")
    (global.set $daemon (i32.gt_s (call $config (i32.const 64) (i32.const 6) (i32.const 1024) (i32.const 8)) (i32.const 0)))
    (global.set $keep (i32.gt_s (call $config (i32.const 70) (i32.const 4) (i32.const 1024) (i32.const 8)) (i32.const 0))))

  (func (export "invoke") (local $length i32)
    (loop $receiving
      (local.set $length (call $receive (i64.const -1) (i32.const 1024) (i32.const 512)))
      (if (i32.lt_s (local.get $length) (i32.const 0)) (then return))
      (if (i32.eq (local.get $length) (i32.const 64)) (then (call $count)) (else (call $end)))
      (br_if $receiving (global.get $daemon))))

  (func $count (local $count i64)
    (if (i64.eqz (i64.load (i32.const 1024))) (then (call $begin)))
    (local.set $count (i64.load (i32.const 0)))
    (if (i64.ne (i64.load (i32.const 1024)) (local.get $count))
      (then (i64.store (i32.const 8) (i64.add (i64.load (i32.const 8)) (i64.const 1)))))
    (local.set $count (i64.add (local.get $count) (i64.const 1)))
    (i64.store (i32.const 0) (local.get $count))
    (if (i32.eqz (global.get $warm))
      (then (if (i64.eqz (i64.and (local.get $count) (i64.const 63))) (then (call $endWarmUp)))))
    (if (global.get $keep)
      (then (drop (call $put (i32.const 74) (i32.const 5) (i32.const 0) (i32.const 8))))))

  (func $begin
    (memory.fill (i32.const 0) (i32.const 0) (i32.const 40))
    (global.set $warm (i32.const 0))
    (i64.store (i32.const 16) (call $monotonic)))

  (func $endWarmUp (local $now i64)
    (local.set $now (call $monotonic))
    (if (i64.lt_s (i64.sub (local.get $now) (i64.load (i32.const 16))) (global.get $warmUpUs)) (then return))
    (global.set $warm (i32.const 1))
    (i64.store (i32.const 16) (local.get $now))
    (i64.store (i32.const 32) (i64.load (i32.const 0))))

  ;; A message that was lost is an error, as one is that came twice or too early.
  (func $end
    (i64.store (i32.const 24) (call $monotonic))
    (if (i64.ne (i64.load (i32.const 1024)) (i64.load (i32.const 0)))
      (then (i64.store (i32.const 8) (i64.add (i64.load (i32.const 8)) (i64.const 1)))))
    (drop (call $reply (i32.const 0) (i32.const 40)))))
