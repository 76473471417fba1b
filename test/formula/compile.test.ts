/** Compiling modules: each language that is here, the cache, and what is told when something is missing or wrong. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { c } from "../../scripts/compile/c.ts";
import { compileModules, type ModuleResult } from "../../scripts/compile/compile-modules.ts";
import { withoutDebugSections } from "../../scripts/compile/debug-sections.ts";
import { commandSource, detectSource, isSource, type Source } from "../../scripts/compile/source.ts";
import { compileWasm } from "../../scripts/compile/wasm-module.ts";
import { assemble } from "../engine/wat.ts";
import { IDLE_WAT, workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);
const cacheFolder = path.join(space.folder, ".radon", "cache");
const workFolder = path.join(space.folder, ".radon", "work");

const PLACE = { kind: "file", file: "formula.toml", line: 1, column: 1 } as const;

function sourceAt(name: string): Source {
  const source = detectSource(path.join(space.folder, name));
  if (!isSource(source)) throw new Error(source.message);
  return source;
}

async function compile(...names: string[]): Promise<ModuleResult[]> {
  const modules = names.map((name) => ({ name, source: sourceAt(name), metered: true, place: PLACE }));
  return compileModules(modules, { root: space.folder, cacheFolder, workFolder });
}

async function compileOne(name: string): Promise<ModuleResult> {
  const [result] = await compile(name);
  if (result === undefined) throw new Error("There is no result.");
  return result;
}

describe("the cache", () => {
  it("answers until a source changes, and again when the change is undone", async () => {
    space.write("cached.wat", IDLE_WAT);
    expect(await compileOne("cached.wat")).toMatchObject({ kind: "compiled", cached: false });
    const first = await compileOne("cached.wat");
    expect(first).toMatchObject({ cached: true });
    space.write("cached.wat", IDLE_WAT.replace("1)", "2)"));
    expect(await compileOne("cached.wat")).toMatchObject({ cached: false });
    space.write("cached.wat", IDLE_WAT);
    expect(await compileOne("cached.wat")).toMatchObject({ cached: true, hash: "hash" in first ? first.hash : "" });
    expect(readdirSync(cacheFolder).every((name) => name.endsWith(".wasm"))).toBe(true);
    expect(existsSync(workFolder) ? readdirSync(workFolder) : []).toEqual([]);
  });

  it("tells of the compiler, whether it ran or not", async () => {
    space.write("told.wat", IDLE_WAT);
    const toolchain = expect.stringMatching(/^wabt \d+\.\d+\.\d+$/);
    expect(await compileOne("told.wat")).toMatchObject({ toolchain });
    expect(await compileOne("told.wat")).toMatchObject({ cached: true, toolchain });
  });

  it("has both ways of a module, with metering and without, from one run of its compiler", async () => {
    const folder = path.dirname(space.write("both/source.txt", ""));
    const recursive = `(module (memory (export "memory") 1) (func $invoke (export "invoke") (call $invoke)))`;
    writeFileSync(path.join(space.folder, "made.wasm"), assemble(recursive));
    const command = "echo run >> ../runs; cp ../made.wasm $RADON_OUT";
    const source = commandSource(folder, { command, output: undefined, ignore: [] });
    if (!isSource(source)) throw new Error(source.message);
    const modules = [true, false, true].map((metered, index) => ({ name: `${index}`, source, metered, place: PLACE }));
    const build = () => compileModules(modules, { root: space.folder, cacheFolder, workFolder });
    const hashes = (await build()).map((each) => each.kind === "compiled" && each.hash);
    expect([hashes[0] === hashes[1], hashes[0] === hashes[2]]).toEqual([false, true]);
    expect(readFileSync(path.join(space.folder, "runs"), "utf8")).toBe("run\n");
    expect(await build()).toMatchObject(hashes.map((hash) => ({ cached: true, hash })));
  });

  it("keeps nothing of a source that changed while it was compiled", async () => {
    const file = space.write("racy/source.txt", "1");
    const command = "echo 2 > source.txt; cp ../idle.wasm $RADON_OUT";
    const source = commandSource(path.dirname(file), { command, output: undefined, ignore: [] });
    if (!isSource(source)) throw new Error(source.message);
    space.write("idle.wasm", "");
    const module = { name: "racy", source, metered: true, place: PLACE };
    const build = () => compileModules([module], { root: space.folder, cacheFolder, workFolder });
    expect(await build()).toMatchObject([{ kind: "compiled", cached: false }]);
    space.write("racy/source.txt", "1");
    expect(await build()).toMatchObject([{ kind: "compiled", cached: false }]);
    expect(await build()).toMatchObject([{ kind: "compiled", cached: false }]);
    expect(await build()).toMatchObject([{ kind: "compiled", cached: true }]);
  });
});

describe("WebAssembly text", () => {
  it("keeps the names of functions", async () => {
    space.write("named.wat", '(module (memory (export "memory") 1) (func $the_body (export "invoke")))');
    const result = await compileOne("named.wat");
    expect(result.kind === "compiled" && Buffer.from(result.wasm).includes("the_body")).toBe(true);
  });

  it("is refused with line and column", async () => {
    space.write("bad.wat", '(module\n  (func (export "invoke") (oops)))');
    expect(await compileOne("bad.wat")).toMatchObject({
      kind: "refused",
      diagnostics: expect.stringMatching(/bad.wat:2:2\d/),
    });
  });
});

describe("AssemblyScript", () => {
  const ATOM = 'import { twice } from "../shared";\nexport function invoke(): void { twice(1); }\n';

  it("compiles a folder, finds what it imports, and sees a change there", async () => {
    space.write("shared.ts", "export function twice(n: i32): i32 { return n * 2; }\n");
    space.write("atom/index.ts", ATOM);
    expect(await compileOne("atom")).toMatchObject({ kind: "compiled", cached: false });
    expect(await compileOne("atom")).toMatchObject({ cached: true });
    space.write("shared.ts", "export function twice(n: i32): i32 { return n + n; }\n");
    expect(await compileOne("atom")).toMatchObject({ kind: "compiled", cached: false });
  }, 60_000);

  it("finds the SDK from anywhere, and takes a folder's own options", async () => {
    space.write("sdk/index.ts", 'import { clock } from "radon-as";\nexport function invoke(): void { clock.now(); }\n');
    space.write("sdk/asconfig.json", JSON.stringify({ options: { debug: false, initialMemory: 7 } }));
    const result = await compileOne("sdk");
    expect(result.kind === "refused" ? result.diagnostics : "").toBe("");
    const module = await compileWasm(result.kind === "compiled" ? result.wasm : new Uint8Array());
    expect(typeof module === "string" ? module : WebAssembly.Module.exports(module).map(({ name }) => name)).toContain(
      "_initialize",
    );
  }, 60_000);

  it("is refused in the compiler's words, with file and line; the other modules still build", async () => {
    space.write("wrong/index.ts", 'export function invoke(): void {\n  const n: i32 = "text";\n}\n');
    space.write("right.wat", IDLE_WAT);
    const [wrong, right] = await compile("wrong", "right.wat");
    expect(wrong).toMatchObject({
      kind: "refused",
      diagnostics: expect.stringMatching(/TS2322[^]*wrong\/index.ts\(2,18\)/),
    });
    expect(right).toMatchObject({ kind: "compiled" });
  }, 60_000);
});

describe("C", () => {
  it("tells how to get a compiler where there is none", async () => {
    const before = process.env["PATH"];
    process.env["PATH"] = space.folder;
    try {
      space.write("a.c", "");
      expect(await compileOne("a.c")).toMatchObject({
        kind: "no toolchain",
        message: "There is no clang.",
        remedy: expect.stringMatching(/apt install clang-14 lld-14/),
      });
    } finally {
      process.env["PATH"] = before;
    }
  });

  it("compiles freestanding code where there is a compiler", async (context) => {
    space.write("free.c", '__attribute__((export_name("invoke"))) void invoke(void) {}\n');
    const source = sourceAt("free.c");
    const tool = source.kind === "c" ? await c.find(source) : undefined;
    if (tool?.kind !== "tool") return context.skip(tool?.message ?? "The source is not C.");
    expect(await compileOne("free.c")).toMatchObject({ kind: "compiled", warnings: "" });
    space.write("two/one.c", "int two(void);\nint one(void) { return two() - 1; }\n");
    space.write(
      "two/two.c",
      '__attribute__((export_name("invoke"))) void invoke(void) {}\nint two(void) { return 2; }\n',
    );
    expect(await compileOne("two")).toMatchObject({ kind: "compiled", warnings: "" });
    space.write("warned.c", '__attribute__((export_name("invoke"))) void invoke(void) { int unused; }\n');
    const warnings = expect.stringMatching(/^warned\.c:1:\d+: warning: unused variable/);
    expect(await compileOne("warned.c")).toMatchObject({ cached: false, warnings });
    expect(await compileOne("warned.c")).toMatchObject({ cached: true, warnings });
  });
});

describe("debugging data", () => {
  it("goes, and everything else stays as it is", () => {
    const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    const custom = (name: string): number[] => [0, name.length + 2, name.length, ...Buffer.from(name), 7];
    const bytes = Uint8Array.from([...header, ...custom(".debug_info"), ...custom("name"), ...custom(".debug_x")]);
    expect([...withoutDebugSections(bytes)]).toEqual([...header, ...custom("name")]);
  });
});
