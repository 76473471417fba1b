;; Wakes every 20 ms and keeps how often it did: one more byte of the value "ticks" each time.
(module
  (import "radon:core" "sleep" (func $sleep (param i64) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "ticks")
  (func (export "invoke") (local $count i32)
    (loop $next
      (if (i32.ne (call $sleep (i64.const 20)) (i32.const 0)) (then return))
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (drop (call $put (i32.const 0) (i32.const 5) (i32.const 64) (local.get $count)))
      (br_if $next (i32.lt_u (local.get $count) (i32.const 100000))))))
