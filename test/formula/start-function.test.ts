/** A start function that calls what only works once the instance exists is told of when the module is built. */
import { describe, expect, it } from "vitest";
import loadWabt from "wabt";
import { meterModule } from "../../scripts/compile/metering/meter.ts";
import { startProblems } from "../../scripts/compile/start-function.ts";

const wabt = await loadWabt();

const IMPORTS = `(import "radon:core" "log" (func $log (param i32 i32 i32)))
  (import "radon:core" "now" (func $now (result i64)))
  (import "env" "abort" (func $abort (param i32 i32 i32 i32)))`;
const LOG = "(call $log (i32.const 2) (i32.const 0) (i32.const 0))";

/** The messages for a module as it is built, metered. */
function messages(fields: string): string[] {
  const parsed = wabt.parseWat("test.wat", `(module ${IMPORTS} (memory (export "memory") 1) ${fields})`, {});
  const metered = meterModule(new Uint8Array(parsed.toBinary({}).buffer), true);
  if (!metered.ok) throw new Error(metered.message);
  return startProblems(metered.wasm).map(({ severity, where, message }) => `${severity}: ${where}: ${message}`);
}

const LOGS = ["warning: start function: It calls radon:core.log, which traps before the instance exists."];

describe("a start function", () => {
  it.each([
    ["calls", `(func $start ${LOG}) (start $start)`],
    ["calls in a loop", `(func $start (loop ${LOG} (br_if 0 (i32.const 0)))) (start $start)`],
    ["reaches", `(func $a ${LOG}) (func $b (call $a)) (func $start (loop (call $b))) (start $start)`],
    ["reaches, in a circle,", `(func $a (call $b) ${LOG}) (func $b (call $a)) (start $b)`],
  ])("that %s a function of memory is warned of", (_how, fields) => {
    expect(messages(fields)).toEqual(LOGS);
  });

  it.each([
    ["there is none", `(func (export "invoke") ${LOG})`],
    ["it calls what needs no instance", "(func $s (drop (call $now))) (start $s)"],
    ["it may abort", "(func $s (call $abort (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))) (start $s)"],
    ["only others call it", `(func $s (nop)) (func (export "invoke") (call $s) ${LOG}) (start $s)`],
    ["it counts and grows", "(func $s (loop (drop (memory.grow (i32.const 1))) (br_if 0 (i32.const 0)))) (start $s)"],
  ])("is not warned of where %s", (_why, fields) => {
    expect(messages(fields)).toEqual([]);
  });
});
