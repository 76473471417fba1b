/** The invariants of durable/engine/validate.ts, on modules written for the purpose. */
import { describe, expect, it } from "vitest";
import loadWabt from "wabt";
import { DEFAULT_GRANTS } from "../../durable/core/application.ts";
import { ABI, ASSEMBLYSCRIPT_ENV, WASI_FUNCTIONS, WASI_MODULE, type HostFunction } from "../../durable/engine/abi.ts";
import { MODULE_RULES, validateModule, type ModuleProblem } from "../../durable/engine/validate.ts";
import { readSignatures } from "../../durable/engine/wasm-signatures.ts";
import { compileWasm } from "../../scripts/compile/wasm-module.ts";

const wabt = await loadWabt();
const BODY = '(memory (export "memory") 1) (func (export "invoke"))';

function bytesOf(fields: string): Uint8Array {
  const parsed = wabt.parseWat("test.wat", `(module ${fields})`, { multi_value: true, exceptions: true });
  return new Uint8Array(parsed.toBinary({}).buffer);
}

async function problems(fields: string, grants = DEFAULT_GRANTS): Promise<ModuleProblem[]> {
  const bytes = bytesOf(fields);
  const module = await compileWasm(bytes);
  if (typeof module === "string") throw new Error(module);
  return validateModule(module, grants, bytes);
}

function importOf(module: string, name: string, { params, results }: Pick<HostFunction, "params" | "results">): string {
  return `(import "${module}" "${name}" (func (param ${params.join(" ")}) (result ${results.join(" ")})))`;
}

describe("a module that is right", () => {
  it("has a memory and a body", async () => {
    expect(await problems(BODY)).toEqual([]);
    expect(await problems('(memory (export "memory") 1) (func (export "_start"))')).toEqual([]);
  });

  it("may import every function of the ABI, of WASI and of AssemblyScript", async () => {
    const abi = Object.entries(ABI).flatMap(([module, functions]) =>
      Object.entries(functions).map(([name, each]) => importOf(module, name, each)),
    );
    const env = Object.entries(ASSEMBLYSCRIPT_ENV).map(([name, each]) => importOf("env", name, each));
    const wasi = WASI_FUNCTIONS.map((name) => importOf(WASI_MODULE, name, { params: ["i32"], results: ["i32"] }));
    const callback = '(func (export "radon_callback") (param i32 i32 i32))';
    expect(await problems([...abi, ...env, ...wasi, BODY, callback].join("\n"), [...DEFAULT_GRANTS, "http"])).toEqual(
      [],
    );
  });
});

const WRONG: readonly (readonly [what: string, fields: string, where: string, message: RegExp, remedy: RegExp])[] = [
  [
    "no memory",
    '(func (export "invoke"))',
    "export memory",
    /does not export its memory/,
    /\(memory \(export "memory"\)/,
  ],
  [
    "a memory that is none",
    '(func (export "memory")) (func (export "invoke"))',
    "export memory",
    /is a function/,
    /Export the linear memory/,
  ],
  [
    "no body",
    '(memory (export "memory") 1) (func (export "invok"))',
    "export invoke",
    /neither "invoke" nor "_start".*mean "invok"/,
    /Export a function "invoke"/,
  ],
  [
    "a body that is none",
    '(memory (export "memory") 1) (global (export "invoke") i32 (i32.const 0))',
    "export invoke",
    /is a global/,
    /\(\) -> \(\)/,
  ],
  [
    "a body with parameters",
    '(memory (export "memory") 1) (func (export "invoke") (param i32))',
    "export invoke",
    /is \(i32\) -> \(\)/,
    /\(\) -> \(\)/,
  ],
  [
    "a migrate with a result",
    `${BODY} (func (export "migrate") (result i32) (i32.const 0))`,
    "export migrate",
    /is \(\) -> i32/,
    /\(\) -> \(\)/,
  ],
  [
    "a callback of another type",
    `${BODY} (func (export "radon_callback") (param i32))`,
    "export radon_callback",
    /is \(i32\)/,
    /\(i32, i32, i32\) -> \(\)/,
  ],
  [
    "an unknown import module",
    `(import "radon:kvs" "get" (func)) ${BODY}`,
    "import radon:kvs.get",
    /no import module/,
    /mean "radon:kv"/,
  ],
  [
    "an unknown function",
    `(import "radon:kv" "gett" (func)) ${BODY}`,
    "import radon:kv.gett",
    /no function "gett"/,
    /mean "get"/,
  ],
  [
    "an unknown WASI function",
    `(import "wasi_snapshot_preview1" "fd_wrote" (func)) ${BODY}`,
    "import wasi_snapshot_preview1.fd_wrote",
    /no function/,
    /mean "fd_write"/,
  ],
  ["an unknown env function", `(import "env" "puts" (func)) ${BODY}`, "import env.puts", /no function/, /abort, seed/],
  [
    "a function of AssemblyScript's library",
    `(import "env" "console.log" (func (param i32))) ${BODY}`,
    "import env.console.log",
    /imports console.log of AssemblyScript's library/,
    /use log.info, log.warn or log.error of radon-as/,
  ],
  [
    "a value of AssemblyScript's library",
    `(import "env" "process.argv" (global i32)) ${BODY}`,
    "import env.process.argv",
    /a global of AssemblyScript's library/,
    /use config, log and clock/,
  ],
  [
    "a wrong signature",
    `(import "radon:kv" "get" (func (param i32 i32))) ${BODY}`,
    "import radon:kv.get",
    /as \(i32, i32\) -> \(\)/,
    /\(i32, i32, i32, i32\) -> i32/,
  ],
  [
    "a wrong result",
    `(import "radon:core" "now" (func (result i32))) ${BODY}`,
    "import radon:core.now",
    /-> i32/,
    /\(\) -> i64/,
  ],
  [
    "several results",
    `(import "radon:core" "now" (func (result i64 i64))) ${BODY}`,
    "import radon:core.now",
    /\(i64, i64\)/,
    /\(\) -> i64/,
  ],
  [
    "an imported memory",
    `(import "env" "memory" (memory 1)) (export "memory" (memory 0)) (func (export "invoke"))`,
    "import env.memory",
    /imports a memory/,
    /Define the memory/,
  ],
  [
    "an imported table",
    `(import "env" "t" (table 1 funcref)) ${BODY}`,
    "import env.t",
    /imports a table/,
    /Define the table/,
  ],
  [
    "an imported global",
    `(import "env" "g" (global i32)) ${BODY}`,
    "import env.g",
    /imports a global/,
    /Define the global/,
  ],
];

describe("a module that is wrong", () => {
  it.each(WRONG)("%s", async (_what, fields, where, message, remedy) => {
    const found = await problems(fields);
    expect(found).toMatchObject([
      { severity: "error", where, message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) },
    ]);
  });

  it("imports what is not granted", async () => {
    const fetching = importOf("radon:http", "fetch", ABI["radon:http"].fetch);
    expect(await problems(fetching + BODY)).toMatchObject([
      { where: "import radon:http.fetch", remedy: expect.stringMatching(/Add "http"/) },
    ]);
    const head = importOf("radon:http", "head", ABI["radon:http"].head);
    expect(await problems(head + BODY, ["http"])).toEqual([]);
    expect(await problems(head + BODY, [])).toMatchObject([{ remedy: expect.stringMatching(/Add "http-trigger"/) }]);
    const wasi = importOf(WASI_MODULE, "fd_write", { params: ["i32"], results: ["i32"] });
    expect(await problems(wasi + BODY, ["kv"])).toMatchObject([{ remedy: expect.stringMatching(/Add "wasi"/) }]);
  });

  it("imports several functions of a capability that is not granted: one error", async () => {
    const wasi = ["fd_write", "fd_close", "proc_exit"].map((name) =>
      importOf(WASI_MODULE, name, { params: [], results: [] }),
    );
    const remedy = 'Add "wasi" to the grants of the atom, or do not import the functions.';
    const message = /imports wasi_snapshot_preview1\.fd_write, fd_close and proc_exit, but .*"wasi"/;
    expect(await problems(wasi.join("") + BODY, ["kv"])).toMatchObject([
      { where: "import wasi_snapshot_preview1.fd_write", message: expect.stringMatching(message), remedy },
    ]);
  });

  it("registers callbacks that it cannot be called with: a warning", async () => {
    const registering = importOf("radon:interrupt", "on", ABI["radon:interrupt"].on);
    expect(await problems(registering + BODY)).toMatchObject([{ severity: "warning", where: "export radon_callback" }]);
  });

  it("exports a migrate beside _start, which nobody calls: a warning", async () => {
    const command = '(memory (export "memory") 1) (func (export "_start")) (func (export "migrate"))';
    expect(await problems(command)).toMatchObject([{ severity: "warning", where: "export migrate" }]);
  });

  it.each([
    ["Date.now", /clock.now/],
    ["Date#getTimezoneOffset", /clock.now/],
    ["performance.now", /clock.monotonic/],
    ["crypto.getRandomValuesN", /randomBytes/],
    ["console.error", /log.error/],
  ])("is told what the SDK has in the place of %s", async (name, remedy) => {
    const [found] = await problems(`(import "env" "${name}" (func)) ${BODY}`);
    expect(found?.remedy).toMatch(remedy);
  });

  it("is told the rule that each mistake breaks", async () => {
    const found = await problems(
      `(import "env" "t" (table 1 funcref)) (import "radon:core" "noww" (func)) (import "radon:core" "now" (func))
        (import "radon:interrupt" "mask" (func (result i32))) (func (export "_initialize") (param i32))
        (global (export "radon_callback") i32 (i32.const 0)) (func (export "migrate") (param i32))`,
      [],
    );
    // What a start function calls is read by the build (`start-function.test.ts`).
    const told = MODULE_RULES.filter((rule) => rule !== "start");
    expect(new Set(found.map(({ rule }) => rule))).toEqual(new Set(told));
  });

  it("is told all of its mistakes at once", async () => {
    const found = await problems(
      '(import "radon:kv" "gett" (func)) (import "radon:core" "now" (func)) (import "x" "y" (func))',
    );
    expect(found.map((each) => each.where).sort()).toEqual([
      ...["export invoke", "export memory", "import radon:core.now", "import radon:kv.gett", "import x.y"],
    ]);
  });
});

describe("the signature reader", () => {
  it("reads past imports of every kind, and functions that are exported again", () => {
    const read = readSignatures(
      bytesOf(`(import "a" "t" (table 1 9 externref)) (import "a" "m" (memory 1 2)) (import "a" "g" (global (mut f64)))
        (import "a" "f" (func (param i64 f32) (result f64))) (export "again" (func 1)) (export "f" (func 0)) (func (param v128) (result i32 i64) unreachable)`),
    );
    expect(read?.imports.get("a")?.get("f")).toEqual({ params: ["i64", "f32"], results: ["f64"] });
    expect(read?.exports.get("f")).toEqual({ params: ["i64", "f32"], results: ["f64"] });
    expect(read?.exports.get("again")).toEqual({ params: ["v128"], results: ["i32", "i64"] });
  });

  it("tells that it does not know an encoding rather than guess", () => {
    // A type section with one recursion group, of the garbage collection proposal.
    const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    expect(readSignatures(Uint8Array.from([...header, 1, 5, 1, 0x4e, 1, 0x5f, 0]))).toBeUndefined();
  });
});
