/** Small atoms in text format, each for one rule. */
import { World, type AtomSpec } from "../engine/engine-harness.ts";
import { wat } from "../engine/wat.ts";

/** Imports by name, as section 4 of docs/abi.md lists them. */
export const IMPORTS = {
  log: `(import "radon:core" "log" (func $log (param i32 i32 i32)))`,
  sleep: `(import "radon:core" "sleep" (func $sleep (param i64) (result i32)))`,
  yield: `(import "radon:core" "yield" (func $yield (result i32)))`,
  receive: `(import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))`,
  send: `(import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))`,
  attempt: `(import "radon:messaging" "attempt" (func $attempt (result i32)))`,
  reply: `(import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))`,
  get: `(import "radon:kv" "get" (func $get (param i32 i32 i32 i32) (result i32)))`,
  put: `(import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))`,
  on: `(import "radon:interrupt" "on" (func $on (param i32 i32) (result i32)))`,
  mask: `(import "radon:interrupt" "mask" (func $mask (result i32)))`,
  preempt: `(import "radon:interrupt" "preempt" (func $preempt (param i32) (result i32)))`,
  sched_yield: `(import "wasi_snapshot_preview1" "sched_yield" (func $sched_yield (result i32)))`,
  poll_oneoff: `(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))`,
} as const;

/** These log a word each. */
export const INITIALIZED = `(call $log (i32.const 2) (i32.const 0) (i32.const 8))`;
export const INVOKED = `(call $log (i32.const 2) (i32.const 8) (i32.const 8))`;
/** Receives the next message to address 64, waiting for ever. */
export const RECEIVE = `(drop (call $receive (i64.const -1) (i32.const 64) (i32.const 64)))`;

/** A module of one page of memory, which begins with the words that are logged. */
export function plain(imports: readonly (keyof typeof IMPORTS)[], body: string): string {
  const lines = imports.map((name) => IMPORTS[name]).join(" ");
  return `(module ${lines} (memory (export "memory") 1) (data (i32.const 0) "initialsinvoke..") ${body})`;
}

export async function worldOf(text: string, changes: Partial<AtomSpec> = {}): Promise<World> {
  const world = new World([{ name: "a", module: wat(text), ...changes }]);
  await world.start();
  return world;
}
