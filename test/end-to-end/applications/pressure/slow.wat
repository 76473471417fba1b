;; Takes its time: as long as the key "slow" is there, 100 ms a message. It keeps, under the first byte of the payloads, which
;; client's they are, the number in the next four bytes that came last (little-endian), and how many came out of order.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:core" "sleep" (func $sleep (param i64) (result i32)))
  (import "radon:kv" "get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 18)
  (data (i32.const 0) "slow")
  ;; 16: the key of the client; 32: the number that came last; 36: how many came out of order
  (func (export "invoke")
    (if (i32.lt_s (call $receive (i64.const 0) (i32.const 1024) (i32.const 1048576)) (i32.const 5)) (then unreachable))
    (if (i32.ge_s (call $get (i32.const 0) (i32.const 4) (i32.const 64) (i32.const 64)) (i32.const 0))
      (then (drop (call $sleep (i64.const 100)))))
    (i64.store (i32.const 32) (i64.const 0))
    (drop (call $get (i32.const 1024) (i32.const 1) (i32.const 32) (i32.const 8)))
    (if (i32.ne (i32.load (i32.const 1025)) (i32.add (i32.load (i32.const 32)) (i32.const 1)))
      (then (i32.store (i32.const 36) (i32.add (i32.load (i32.const 36)) (i32.const 1)))))
    (i32.store (i32.const 32) (i32.load (i32.const 1025)))
    (drop (call $put (i32.const 1024) (i32.const 1) (i32.const 32) (i32.const 8)))
    (drop (call $reply (i32.const 1024) (i32.const 5)))))
