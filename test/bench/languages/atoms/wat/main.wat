;; Asked "put N", it stores N values; asked "kernel N", it computes; 64 bytes it replies.
(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  ;; 0: the payload; 128: the number's digits, written from 160 downwards; 256: the value; 512, 768, 1024: arrays of the kernel.
  (memory (export "memory") 1)

  (func (export "invoke") (local $length i32)
    (local.set $length (call $receive (i64.const -1) (i32.const 0) (i32.const 128)))
    (if (i32.eq (local.get $length) (i32.const 64))
      (then (drop (call $reply (i32.const 0) (local.get $length))) (return)))
    (if (i32.eq (i32.load8_u (i32.const 0)) (i32.const 112)) ;; "put "
      (then (call $put_all (call $number (i32.const 4) (local.get $length))) (return)))
    (call $fannkuch (call $number (i32.const 7) (local.get $length)))) ;; "kernel "

  (func $put_all (param $count i32) (local $key i32) (local $at i32)
    (loop $putting
      (local.set $at (call $digits (local.get $key) (i32.const 160)))
      (if (call $put (local.get $at) (i32.sub (i32.const 160) (local.get $at)) (i32.const 256) (i32.const 64))
        (then unreachable))
      (local.set $key (i32.add (local.get $key) (i32.const 1)))
      (br_if $putting (i32.lt_u (local.get $key) (local.get $count))))
    (local.set $at (call $digits (local.get $count) (i32.const 160)))
    (drop (call $reply (local.get $at) (i32.sub (i32.const 160) (local.get $at)))))

  ;; Reverses prefixes of all permutations of n numbers: replies the checksum of how often, and the most for one.
  (func $fannkuch (param $n i32)
    (local $i i32) (local $j i32) (local $k i32) (local $r i32) (local $moved i32)
    (local $flips i32) (local $most i32) (local $checksum i32) (local $sign i32) (local $at i32)
    (loop $filling
      (call $set (i32.const 768) (local.get $i) (local.get $i))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $filling (i32.lt_u (local.get $i) (local.get $n))))
    (local.set $r (local.get $n))
    (local.set $sign (i32.const 1))
    (loop $permutation
      (block $counted
        (loop $counting
          (br_if $counted (i32.eq (local.get $r) (i32.const 1)))
          (local.set $r (i32.sub (local.get $r) (i32.const 1)))
          (call $set (i32.const 1024) (local.get $r) (i32.add (local.get $r) (i32.const 1)))
          (br $counting)))
      (memory.copy (i32.const 512) (i32.const 768) (i32.shl (local.get $n) (i32.const 2)))
      (local.set $flips (i32.const 0))
      (block $flipped
        (loop $flipping
          (local.set $k (i32.load (i32.const 512)))
          (br_if $flipped (i32.eqz (local.get $k)))
          (local.set $i (i32.const 512))
          (local.set $j (i32.add (i32.const 512) (i32.shl (local.get $k) (i32.const 2))))
          (loop $swapping
            (local.set $moved (i32.load (local.get $i)))
            (i32.store (local.get $i) (i32.load (local.get $j)))
            (i32.store (local.get $j) (local.get $moved))
            (local.set $i (i32.add (local.get $i) (i32.const 4)))
            (local.set $j (i32.sub (local.get $j) (i32.const 4)))
            (br_if $swapping (i32.lt_u (local.get $i) (local.get $j))))
          (local.set $flips (i32.add (local.get $flips) (i32.const 1)))
          (br $flipping)))
      (if (i32.gt_u (local.get $flips) (local.get $most)) (then (local.set $most (local.get $flips))))
      (local.set $checksum (i32.add (local.get $checksum) (i32.mul (local.get $sign) (local.get $flips))))
      (local.set $sign (i32.sub (i32.const 0) (local.get $sign)))
      (loop $rotating
        (if (i32.eq (local.get $r) (local.get $n)) (then (call $reply_both (local.get $checksum) (local.get $most)) (return)))
        (local.set $moved (i32.load (i32.const 768)))
        (memory.copy (i32.const 768) (i32.const 772) (i32.shl (local.get $r) (i32.const 2)))
        (call $set (i32.const 768) (local.get $r) (local.get $moved))
        (local.set $at (i32.add (i32.const 1024) (i32.shl (local.get $r) (i32.const 2))))
        (i32.store (local.get $at) (i32.sub (i32.load (local.get $at)) (i32.const 1)))
        (br_if $permutation (i32.gt_s (i32.load (local.get $at)) (i32.const 0)))
        (local.set $r (i32.add (local.get $r) (i32.const 1)))
        (br $rotating))))

  (func $set (param $array i32) (param $index i32) (param $value i32)
    (i32.store (i32.add (local.get $array) (i32.shl (local.get $index) (i32.const 2))) (local.get $value)))

  (func $reply_both (param $checksum i32) (param $most i32) (local $at i32)
    (local.set $at (i32.sub (call $digits (local.get $most) (i32.const 160)) (i32.const 1)))
    (i32.store8 (local.get $at) (i32.const 32))
    (local.set $at (call $digits (local.get $checksum) (local.get $at)))
    (drop (call $reply (local.get $at) (i32.sub (i32.const 160) (local.get $at)))))

  ;; Writes a number that ends before `$end`; where it begins.
  (func $digits (param $number i32) (param $end i32) (result i32)
    (loop $writing
      (local.set $end (i32.sub (local.get $end) (i32.const 1)))
      (i32.store8 (local.get $end) (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
      (local.set $number (i32.div_u (local.get $number) (i32.const 10)))
      (br_if $writing (local.get $number)))
    (local.get $end))

  ;; The number that stands from `$at` up to `$end`.
  (func $number (param $at i32) (param $end i32) (result i32) (local $value i32)
    (loop $reading
      (local.set $value (i32.add (i32.mul (local.get $value) (i32.const 10))
        (i32.sub (i32.load8_u (local.get $at)) (i32.const 48))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $reading (i32.lt_u (local.get $at) (local.get $end))))
    (local.get $value)))
