/** Builds for deployment run binaryen over what clang, rustc and zig made: smaller, and the same names. */
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SourceLines } from "../../durable/engine/source-lines.ts";
import { compileModules, type CompiledModule } from "../../scripts/compile/compile-modules.ts";
import type { Job } from "../../scripts/compile/compiler.ts";
import type { Row } from "../../scripts/compile/lines/code-lines.ts";
import { linesContent } from "../../scripts/compile/lines/write-lines.ts";
import { isOptimizedByDefault, optimized } from "../../scripts/compile/optimize.ts";
import { detectSource, isSource } from "../../scripts/compile/source.ts";
import { assembleWat } from "../../scripts/compile/wat.ts";
import { workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);

/** A function that adds up to nothing, and one that is never called. */
const WASTEFUL = `(module (memory (export "memory") 1)
  (func $never_called (param i32) (result i32) (i32.mul (local.get 0) (i32.const 17)))
  (func $the_body (export "invoke") (local i32 i32)
    (local.set 0 (i32.add (i32.const 2) (i32.const 3))) (local.set 1 (local.get 0)) (drop (local.get 1))
    (i32.store (i32.const 0) (i32.load (i32.const 8)))))`;

const place = { kind: "file", file: "formula.toml", line: 1, column: 1 } as const;

async function compile(text: string, options: { readonly optimize?: boolean; readonly asked?: boolean }) {
  const source = detectSource(space.write("atom.wat", text));
  if (!isSource(source)) throw new Error(source.message);
  const folders = { cacheFolder: path.join(space.folder, "cache"), workFolder: path.join(space.folder, "work") };
  const module = { name: "atom", source, metered: true, optimize: options.asked, place };
  const { optimize = false } = options;
  const [result] = await compileModules([module], { root: space.folder, ...folders, optimize });
  if (result?.kind !== "compiled") throw new Error(JSON.stringify(result));
  return result;
}

const bytes = ({ wasm }: CompiledModule): Buffer => Buffer.from(wasm);

function job(): Job {
  const scratch = path.dirname(space.write("scratch/file", ""));
  return { root: space.folder, scratch, keep: scratch, signal: undefined, colours: false };
}

const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;

/** The offsets of the functions on the stack when `f` traps. */
function stackOf(wasm: Uint8Array, told: number): number[] {
  const { f } = new WebAssembly.Instance(new Module(wasm)).exports as unknown as { f(told: number): void };
  try {
    f(told);
    return [];
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    return [...stack.matchAll(/wasm-function\[\d+\]:0x([0-9a-f]+)/g)].map(([, hex = ""]) => Number.parseInt(hex, 16));
  }
}

describe("optimizing", { timeout: 60_000 }, () => {
  it("leaves out what does nothing, and keeps names and limits", async () => {
    const plain = await compile(WASTEFUL, { optimize: false, asked: true });
    const small = await compile(WASTEFUL, { optimize: true, asked: true });
    expect(small.wasm.length).toBeLessThan(plain.wasm.length);
    expect(bytes(plain).includes("never_called")).toBe(true);
    expect(bytes(small).includes("never_called")).toBe(false);
    for (const kept of ["the_body", "radon:metering"]) expect(bytes(small).includes(kept)).toBe(true);
    expect(small.warnings).toBe("");
  });

  it("is cached apart", async () => {
    await compile(WASTEFUL, { optimize: true, asked: true });
    const plain = await compile(WASTEFUL, { optimize: false, asked: true });
    expect(plain.cached).toBe(true);
    expect(bytes(plain).includes("never_called")).toBe(true);
    expect(await compile(WASTEFUL, { optimize: true, asked: true })).toMatchObject({ cached: true });
  });

  it("is for what the formula or the language asks for, in builds for deployment", async () => {
    const kept = [{}, { optimize: true }, { asked: true }, { optimize: true, asked: false }];
    for (const options of kept) expect(bytes(await compile(WASTEFUL, options)).includes("never_called")).toBe(true);
    const kinds = ["a.c", "a.cpp", "a.zig", "a.ts", "a.wat", "a.wasm"].map((name) =>
      detectSource(space.write(name, "")),
    );
    expect(kinds.filter(isSource).map(isOptimizedByDefault)).toEqual([true, true, true, false, false, false]);
  });

  it("leaves a module as it is that binaryen refuses, and says so", async () => {
    const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    // A function that makes a struct, of a proposal that is not asked for.
    const sections = [1, 6, 2, 0x5f, 0, 0x60, 0, 0, 3, 2, 1, 1, 10, 8, 1, 6, 0, 0xfb, 1, 0, 0x1a, 0x0b];
    const wasm = Uint8Array.from([...header, ...sections]);
    const result = await optimized({ ok: true, wasm, warnings: "It warned." }, job());
    expect(result).toMatchObject({ ok: true, wasm });
    expect(result.ok && result.warnings).toMatch(/^It warned\.\nIt is not optimized, because binaryen refuses it: \S/);
  });

  it("keeps the lines of what traps, and what stands twice apart", async () => {
    const wat = `(module (memory (export "memory") 1)
      (func $one (param i32) (result i32) (i32.div_s (i32.const 100) (local.get 0)))
      (func $two (param i32) (result i32) (i32.div_s (i32.const 100) (local.get 0)))
      (func $once (param i32) (result i32) (i32.add (call $one (local.get 0)) (call $two (i32.sub (local.get 0) (i32.const 1)))))
      (func $save (param i32) (i32.store (i32.const 8) (call $one (local.get 0))))
      (func (export "f") (param i32)
        (if (i32.eq (local.get 0) (i32.const 2)) (then (i32.store (i32.const 8) (i32.const 20)) (call $save (i32.const 0)))
          (else (if (i32.eq (local.get 0) (i32.const 3)) (then (i32.store (i32.const 8) (i32.const 30)) (call $save (i32.const 0)))
            (else (i32.store (i32.const 8) (call $once (local.get 0))) (call $save (i32.const 0))))))))`;
    const wasm = await assembleWat(space.write("lines.wat", wat), "lines.wat");
    const before = [0, 1, 2, 3].map((told) => stackOf(wasm, told));
    expect(new Set(before.map(String)).size).toBe(4);
    const offsets = [...new Set(before.flat())].sort((a, b) => a - b);
    // The offset itself is the line.
    const rows = offsets.flatMap((offset): Row[] => [
      { offset, place: { file: "a.c", line: offset } },
      { offset: offset + 1, place: "unknown" },
    ]);
    const result = await optimized({ ok: true, wasm, warnings: "", lines: rows }, job());
    if (!result.ok) throw new Error(result.diagnostics);
    expect([result.warnings, result.wasm.length < wasm.length]).toEqual(["", true]);
    const lines = SourceLines.read(linesContent(result.lines ?? []));
    const after = [0, 1, 2, 3].map((told) => stackOf(result.wasm, told).map((offset) => lines?.at(offset)?.[0]?.line));
    expect(after).toEqual(before);
  });
});
