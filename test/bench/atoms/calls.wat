;; Calls one host function again and again within a turn.
;; Its request: u32 which one (0 none, 1 get, 2 put, 3 send), u32 how often. Its reply: i64 microseconds that the loop took.
(module
  (import "radon:core" "monotonic" (func $monotonic (result i64)))
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))
  (import "radon:future" "request" (func $request (param i32 i32 i32 i32 i64) (result i64)))
  (import "radon:future" "await" (func $await (param i64 i64 i32 i32) (result i32)))
  (import "radon:kv" "get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  ;; 0: a payload of 64 bytes; 128: the key and the receiver's name; 1024: the request.
  (memory (export "memory") 1)
  (data (i32.const 128) "valuedrain")
  (type $call (func (result i32)))
  (table funcref (elem $none $getValue $putValue $sendValue))

  (func (export "invoke") (local $start i64)
    (if (i32.ne (call $receive (i64.const 0) (i32.const 1024) (i32.const 64)) (i32.const 8)) (then unreachable))
    (call $awaitDrained)
    (if (call $putValue) (then unreachable))
    (local.set $start (call $monotonic))
    (call $repeat (i32.load (i32.const 1024)) (i32.load (i32.const 1028)))
    (i64.store (i32.const 1024) (i64.sub (call $monotonic) (local.get $start)))
    (drop (call $reply (i32.const 1024) (i32.const 8))))

  ;; The reply comes after all that was sent before has been taken. It ends the turn, so the key is touched after it.
  (func $awaitDrained
    (if (call $await
          (call $request (i32.const 133) (i32.const 5) (i32.const 0) (i32.const 0) (i64.const 30000))
          (i64.const -1) (i32.const 0) (i32.const 64))
      (then unreachable)))

  (func $repeat (param $which i32) (param $times i32)
    (loop $calling
      (if (i32.lt_s (call_indirect (type $call) (local.get $which)) (i32.const 0)) (then unreachable))
      (br_if $calling (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))

  (func $none (result i32) (i32.const 0))
  (func $getValue (result i32) (call $get (i32.const 128) (i32.const 5) (i32.const 0) (i32.const 64)))
  (func $putValue (result i32) (call $put (i32.const 128) (i32.const 5) (i32.const 0) (i32.const 64)))
  (func $sendValue (result i32) (call $send (i32.const 133) (i32.const 5) (i32.const 0) (i32.const 64))))
