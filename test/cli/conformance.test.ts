/** `radon conformance`: the rules that a module's bytes tell of, the output, and the exit codes. */
import { afterAll, describe, expect, it } from "vitest";
import { judgeStatically, type Terms } from "../../scripts/conformance/static-rules.ts";
import { readSubject } from "../../scripts/conformance/subject.ts";
import { workspace, IDLE_WAT } from "../formula/formulas.ts";
import { radon } from "./run-radon.ts";

const space = workspace();
afterAll(space.remove);
const cwd = space.folder;

const MEMORY = '(memory (export "memory") 1)';
const INVOKE = '(func (export "invoke"))';

/** The verdicts on a module by its bytes; rules that do not apply are left out. */
async function verdicts(fields: string, terms: Partial<Terms> = {}): Promise<Record<string, string>> {
  const subject = await readSubject(space.write("subject.wat", `(module ${fields})`));
  const judged = judgeStatically(subject, { grants: undefined, memoryMb: 32, ...terms });
  const entries = judged.flatMap(({ rule, verdict }) => {
    if (verdict.kind === "not applicable") return [];
    return [[rule.id, verdict.kind === "pass" ? "pass" : verdict.problems.join("\n")] as const];
  });
  return Object.fromEntries(entries);
}

const PASSED = { valid: "pass", limits: "pass", memory: "pass", "memory-size": "pass", body: "pass" };

describe("each rule that a module's bytes tell of", () => {
  it("passes a module that imports nothing", async () => {
    expect(await verdicts(MEMORY + INVOKE)).toEqual(PASSED);
  });

  it("passes one that uses everything", async () => {
    const all = `(import "radon:interrupt" "on" (func (param i32 i32) (result i32)))
      (func (export "_initialize")) (func (export "radon_callback") (param i32 i32 i32)) ${MEMORY} ${INVOKE}`;
    const imports = { "import-kinds": "pass", "known-imports": "pass", "import-types": "pass", grants: "pass" };
    expect(await verdicts(all)).toEqual({ ...PASSED, initialize: "pass", callback: "pass", ...imports });
  });

  it.each([
    ["limits", `(import "radon:metering" "tick" (func (result i32))) ${MEMORY} ${INVOKE}`, /only the build puts/],
    ["memory", INVOKE, /does not export its memory/],
    ["memory-size", `(memory (export "memory") 1000) ${INVOKE}`, /starts with 62.5 MiB and may have 32 MiB/],
    ["body", `${MEMORY} (func (export "invoke") (param i32))`, /Its function "invoke" is \(i32\) -> \(\)/],
    ["initialize", `${MEMORY} ${INVOKE} (func (export "_initialize") (result i32) (i32.const 0))`, /is \(\) -> i32/],
    [
      "start",
      `(import "radon:core" "yield" (func $y (result i32))) ${MEMORY} ${INVOKE} (func $s (drop (call $y))) (start $s)`,
      /calls radon:core.yield, which traps before the instance exists/,
    ],
    [
      "callback",
      `(import "radon:future" "on_complete" (func (param i64 i32) (result i32))) ${MEMORY} ${INVOKE}`,
      /exports no "radon_callback"/,
    ],
    ["import-kinds", `(import "env" "table" (table 1 funcref)) ${MEMORY} ${INVOKE}`, /atoms import functions only/],
    ["known-imports", `(import "radon:kv" "gett" (func)) ${MEMORY} ${INVOKE}`, /Did you mean "get"\?/],
    ["import-types", `(import "radon:core" "now" (func)) ${MEMORY} ${INVOKE}`, /Declare it as \(\) -> i64/],
  ])("%s is broken by %s", async (rule, fields, problem) => {
    const { [rule]: broken, ...others } = await verdicts(fields);
    expect(broken).toMatch(problem);
    expect(Object.values(others).filter((verdict) => verdict !== "pass")).toEqual([]);
  });

  it("grants are those that it needs, or those that it is given", async () => {
    const fields = `(import "radon:kv" "delete" (func (param i32 i32) (result i32))) ${MEMORY} ${INVOKE}`;
    expect(await verdicts(fields, { grants: ["messaging", "kv"] })).toMatchObject({ grants: "pass" });
    expect((await verdicts(fields, { grants: ["messaging"] }))["grants"]).toMatch(/"kv" is not granted/);
  });

  it("a larger memory may be asked for", async () => {
    expect(await verdicts(`(memory (export "memory") 1000) ${INVOKE}`, { memoryMb: 63 })).toEqual(PASSED);
  });
});

describe("the command", () => {
  it("tells every file, and ends with 1 if one breaks a rule", async () => {
    space.write("idle.wat", IDLE_WAT);
    space.write("broken.wasm", "no module");
    const { code, stdout } = await radon(["conformance", "--no-run", "idle.wat", "broken.wasm"], { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^idle\.wat: \d+ bytes, [^]*5 passed, 0 failed[^]*broken\.wasm: 9 bytes[^]*0 passed, 1 failed/,
    );
    const { code: right, stdout: json } = await radon(["conformance", "--no-run", "--json", "idle.wat"], { cwd });
    expect([right, JSON.parse(json)]).toMatchObject([0, { ok: true, modules: [{ file: "idle.wat", ok: true }] }]);
  });

  it("tells which functions of WASI do something and which only answer ENOSYS", async () => {
    const wasi = (name: string) => `(import "wasi_snapshot_preview1" "${name}" (func (param i32) (result i32)))`;
    space.write("wasi.wat", `(module ${wasi("fd_write")} ${wasi("path_open")} ${MEMORY} ${INVOKE})`);
    const { stdout } = await radon(["conformance", "--no-run", "wasi.wat"], { cwd });
    expect(stdout).toMatch(/grants: wasi\n {2}WASI: fd_write\n {2}WASI that only answers ENOSYS: path_open\n/);
  });

  it("grants nothing if that is what it is told", async () => {
    space.write(
      "kv.wat",
      `(module (import "radon:kv" "delete" (func (param i32 i32) (result i32))) ${MEMORY} ${INVOKE})`,
    );
    const { code, stdout } = await radon(["conformance", "--no-run", "--grants", "", "kv.wat"], { cwd });
    expect([code, stdout]).toEqual([1, expect.stringMatching(/the capability "kv" is not granted to it/)]);
  });

  it.each([
    [["idel.wat"], /There is no idel\.wat\. Did you mean "idle\.wat"\?/],
    [["."], /is no \.wasm or \.wat file: compile it first/],
    [["idle.wat", "--grants", "kvv"], /no capability "kvv"\. Did you mean "kv"\?/],
    [["idle.wat", "--memory-mb", "9999"], /whole number from 1 to 4096/],
    [["idle.wat", "--value", "x"], /KEY=VALUE/],
    [[], /missing required argument/],
  ])("%s is an error of the command line", async (args, message) => {
    const { code, stderr } = await radon(["conformance", ...args], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
