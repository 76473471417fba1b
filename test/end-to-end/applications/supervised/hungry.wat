;; Asks for memory until there is no more, and then gives up.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $grow (loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable)
  (func (export "invoke")
    (drop (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (call $grow)))
