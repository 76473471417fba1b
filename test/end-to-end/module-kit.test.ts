/** The rules of `radon conformance` that only show when a module runs, on modules that each break one. */
import { afterAll, expect, test } from "vitest";
import { readSubject } from "../../scripts/conformance/subject.ts";
import { judgeDynamically } from "../../scripts/conformance/dynamic-rules.ts";
import { workspace } from "../formula/formulas.ts";

const space = workspace();
afterAll(space.remove);

const IMPORTS = `(import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:core" "take" (func $take (param i32 i32) (result i32)))`;
const MEMORY = `(memory (export "memory") 17)`;
/** Receives a message of any length to address 0; leaves its length. */
const RECEIVE = `(call $receive (i64.const -1) (i32.const 0) (i32.const 1048576))`;
const ECHO = `(func (export "invoke") (drop (call $reply (i32.const 0) ${RECEIVE})))`;

/** The rules that are broken, each with the first line of why. */
async function broken(fields: string, kind: "reactive" | "daemon" = "reactive"): Promise<Record<string, string>> {
  const file = space.write("subject.wat", `(module ${IMPORTS} ${MEMORY} ${fields})`);
  const options = { kind, grants: undefined, memoryMb: 32, config: {} };
  const judgements = await judgeDynamically(await readSubject(file), options);
  const failed = judgements.flatMap(({ rule, verdict }) =>
    verdict.kind === "fail" ? [[rule.id, verdict.problems[0] ?? ""] as const] : [],
  );
  return Object.fromEntries(failed);
}

test("a module that echoes breaks none", async () => {
  expect(await broken(ECHO)).toEqual({});
});

test("one that traps in _initialize does not start, which is all that is said", async () => {
  const failed = await broken(`(func (export "_initialize") unreachable) ${ECHO}`);
  expect(failed).toEqual({ starts: expect.stringContaining("unreachable") });
});

test("one that takes nothing but short messages", async () => {
  const short = `(func (export "invoke") (if (i32.gt_u ${RECEIVE} (i32.const 100)) (then unreachable)))`;
  expect(Object.keys(await broken(short))).toEqual(["large-message", "within-memory"]);
});

test("one that traps on an empty message", async () => {
  const failed = await broken(`(func (export "invoke") (if (i32.eqz ${RECEIVE}) (then unreachable)))`);
  expect(failed).toEqual({ "empty-message": expect.stringContaining("unreachable") });
});

test("one that keeps every message it ever had", async () => {
  const leaking = `(func (export "invoke") (drop ${RECEIVE})
    (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable)))`;
  expect(await broken(leaking)).toEqual({ "within-memory": expect.stringContaining("memory_mb") });
});

test("a command that exits with a code takes what it is sent in its own way", async () => {
  const exit = `(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;
  const file = space.write(
    "command.wat",
    `(module ${exit} ${MEMORY} (func (export "_start") (call $exit (i32.const 3))))`,
  );
  const options = { kind: "reactive", grants: undefined, memoryMb: 32, config: {} } as const;
  const judgements = await judgeDynamically(await readSubject(file), options);
  const verdicts = Object.fromEntries(judgements.map(({ rule, verdict }) => [rule.id, verdict]));
  expect(verdicts).toMatchObject({
    message: { kind: "pass", note: "The atom exited with code 3." },
    "within-memory": { kind: "pass" },
    restart: { kind: "pass" },
  });
});

test("a daemon that returns from invoke", async () => {
  expect(await broken(`(func (export "invoke"))`, "daemon")).toEqual({ daemon: "its invoke has returned" });
});
