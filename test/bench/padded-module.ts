/**
 * A module of the size of a small compiled program, about 117 KB: an atom that replies with what it was sent, beside a table of functions
 * with code in them and some data. Padding that no engine has to look at would make a cold start look cheaper than it is.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const FUNCTIONS = 400;
const STATEMENTS = 16;
const DATA_BYTES = 8 * 1024;

export function writePaddedModule(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const functions = Array.from({ length: FUNCTIONS }, (_, index) => functionText(index));
  const names = functions.map((_, index) => `$f${index}`).join(" ");
  writeFileSync(
    file,
    `(module
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (table ${FUNCTIONS} funcref)
  (elem (i32.const 0) ${names})
  (data (i32.const 16384) "${"x".repeat(DATA_BYTES)}")
  (func (export "invoke") (local $length i32)
    (local.set $length (call $receive (i64.const 0) (i32.const 1024) (i32.const 1024)))
    (i32.store (i32.const 0) (call $f0 (i32.const 16384)))
    (drop (call $reply (i32.const 1024) (local.get $length))))
${functions.join("\n")})
`,
  );
}

function functionText(index: number): string {
  const statements = Array.from({ length: STATEMENTS }, (_, at) => {
    const factor = (index * 7919 + at * 104_729) & 0xff_ffff;
    return `(local.set 1 (i32.add (i32.mul (local.get 1) (i32.const ${factor})) (i32.load offset=${at * 4} (local.get 0))))`;
  });
  return `  (func $f${index} (param i32) (result i32) (local i32) ${statements.join(" ")} (local.get 1))`;
}
