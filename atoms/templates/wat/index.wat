;; Counts its visitors. What it writes and what it answers is committed together, or not at all.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:kv" "get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 0) "visits")
  ;; At 8 stands the number of visits, 0 at first.
  (data (i32.const 16) "Hello, visitor ")

  (func (export "invoke")
    (local $end i32)
    ;; The first receive of an invocation answers its message at once; this atom makes no use of what is in it.
    (drop (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (drop (call $get (i32.const 0) (i32.const 6) (i32.const 8) (i32.const 8)))
    (i64.store (i32.const 8) (i64.add (i64.load (i32.const 8)) (i64.const 1)))
    (if (i32.lt_s (call $put (i32.const 0) (i32.const 6) (i32.const 8) (i32.const 8)) (i32.const 0))
      (then (unreachable)))
    (local.set $end (call $write_number (i64.load (i32.const 8)) (i32.const 31)))
    (i32.store16 (local.get $end) (i32.const 0x0a21)) ;; "!\n"
    (drop (call $reply (i32.const 16) (i32.sub (i32.add (local.get $end) (i32.const 2)) (i32.const 16)))))

  ;; Writes a number in decimal digits; where they end.
  (func $write_number (param $number i64) (param $at i32) (result i32)
    (if (i64.ge_u (local.get $number) (i64.const 10))
      (then
        (local.set $at
          (call $write_number (i64.div_u (local.get $number) (i64.const 10)) (local.get $at)))))
    (i32.store8 (local.get $at)
      (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $number) (i64.const 10)))))
    (i32.add (local.get $at) (i32.const 1))))
