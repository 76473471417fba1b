/** DWARF, as the compilers of C, C++, Rust and Zig write it: lines and inlined functions are read, and what is broken does no harm. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { SourceLines } from "../../durable/engine/source-lines.ts";
import { c } from "../../scripts/compile/c.ts";
import { withoutDebugSections } from "../../scripts/compile/debug-sections.ts";
import { LineProgram, type LineRow } from "../../scripts/compile/lines/dwarf/line-program.ts";
import { linesOfDwarf } from "../../scripts/compile/lines/dwarf/lines-of-dwarf.ts";
import { ownFiles } from "../../scripts/compile/lines/own-files.ts";
import { linesContent } from "../../scripts/compile/lines/write-lines.ts";
import { joined, sized, unsigned, type Bytes } from "../../scripts/compile/metering/binary.ts";
import { indexModule } from "../../scripts/compile/metering/module-index.ts";
import { packageFile, packageOf } from "../../scripts/package.ts";
import type { SourceOf } from "../../scripts/compile/compiler.ts";
import { detectSource, isSource, type Source } from "../../scripts/compile/source.ts";
import { workspace } from "./formulas.ts";

const space = workspace();
afterAll(space.remove);

describe("a line program", () => {
  const LINE_BASE = -5;
  const LINE_RANGE = 14;
  const OPCODE_BASE = 13;
  const u16 = (value: number) => [value & 255, value >> 8];
  const u32 = (value: number) => [...u16(value & 0xffff), ...u16(Math.floor(value / 65_536))];
  const text = (value: string) => [...Buffer.from(value), 0];
  const signed = (value: number): number[] => {
    const low = value & 0x7f;
    const rest = value >> 7;
    const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    return isLast ? [low] : [low | 0x80, ...signed(rest)];
  };

  /** The files are at 1 and 2. */
  const tables = (version: number): Bytes =>
    version < 5
      ? [...text("inc"), 0, ...text("a.c"), 0, 0, 0, ...text("b.h"), 1, 0, 0, 0]
      : [
          ...[1, 1, 0x08, 2, ...text("/root"), ...text("inc")],
          ...[2, 1, 0x08, 2, 0x0b, 3, ...text("a.c"), 0, ...text("a.c"), 0, ...text("b.h"), 1],
        ];

  function written(version: number, program: Bytes): Uint8Array {
    const operands = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
    const machine = [1, ...(version >= 4 ? [1] : []), 1, LINE_BASE & 255, LINE_RANGE, OPCODE_BASE, ...operands];
    const header = joined([machine, tables(version)]);
    const sizes = version >= 5 ? [4, 0] : [];
    const content = joined([u16(version), sizes, u32(header.length), header, program]);
    return joined([u32(content.length), content]);
  }

  const step = fc.record({
    bytes: fc.integer({ min: 0, max: 500 }),
    lines: fc.integer({ min: -300, max: 300 }),
    file: fc.integer({ min: 1, max: 2 }),
    short: fc.boolean(),
  });
  const sequence = fc.record({ start: fc.integer({ min: 1, max: 0xfffff }), steps: fc.array(step, { maxLength: 20 }) });

  /** Each step as compilers write it: in one byte where that is possible, at least if it is asked for. */
  function encode({
    start,
    steps,
  }: {
    start: number;
    steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[];
  }) {
    const bytes: number[] = [0, 5, 2, ...u32(start)];
    const rows: LineRow[] = [];
    let at = { address: start, file: 1, line: 1 };
    for (const { bytes: count, lines, file, short } of steps) {
      if (file !== at.file) bytes.push(4, file);
      at = { address: at.address + count, file, line: at.line + lines };
      const special = lines - LINE_BASE + LINE_RANGE * count + OPCODE_BASE;
      const fits = lines >= LINE_BASE && lines < LINE_BASE + LINE_RANGE;
      if (short && fits && special < 256) bytes.push(special);
      else if (short && fits && special - 238 >= OPCODE_BASE && special - 238 < 256) bytes.push(8, special - 238);
      else bytes.push(2, ...unsigned(count), 3, ...signed(lines), 0x0a, 1);
      rows.push(at);
    }
    bytes.push(0, 1, 1);
    return { bytes, sequence: { rows, end: at.address } };
  }

  it.each([2, 3, 4, 5])("of version %i gives the rows that went into it", (version) => {
    const check = (sequences: Parameters<typeof encode>[0][]): void => {
      const encoded = sequences.map(encode);
      const bytes = joined([[1, 2, 3], written(version, joined(encoded.map((each) => each.bytes)))]);
      const textOf = ({ number }: { readonly number: number }): string =>
        Buffer.from(bytes.subarray(number, bytes.indexOf(0, number))).toString();
      const program = new LineProgram({ bytes, textOf }, 3);
      expect(program.sequences()).toEqual(encoded.map((each) => each.sequence));
      expect(program.files.get(1)).toEqual({ name: "a.c", folder: undefined });
      expect(program.files.get(2)).toEqual({ name: "b.h", folder: "inc" });
    };
    fc.assert(fc.property(fc.array(sequence, { maxLength: 4 }), check), { numRuns: 50 });
  });
});

/** What it traps at is the number that it is told. */
const SOURCE = `
volatile int told;
int shared(int);
static inline void trap_if(int n) {
  if (told == n) __builtin_trap();
}
static inline void twice(int n) {
  trap_if(n);
  told++;
}
__attribute__((noinline)) int apart(int n) { return 100 / n; }
static int unused(int n) { return n + 1; }
__attribute__((export_name("one"))) void one(void) { trap_if(7); }
__attribute__((export_name("two"))) void two(void) { twice(9); }
__attribute__((export_name("tell"))) void tell(int n) { told = n; }
__attribute__((export_name("three"))) int three(int n) {
  if (n == 5)
    return apart(n - 5) + 1;
  return apart(n) + shared(n);
}
`;
const SHARED = `
#include "inline.h"
int shared(int n) {
  return divided(n, n - 6);
}
`;
const HEADER = "static inline int divided(int a, int b) {\n  return a / b;\n}\n";

const modules = new Map<string, Uint8Array>();

async function compiled(context: TestContext, options: readonly string[]): Promise<Uint8Array> {
  const known = modules.get(options.join());
  if (known) return known;
  space.write("c/traps.c", SOURCE);
  space.write("c/shared.c", SHARED);
  space.write("c/inline.h", HEADER);
  const tool = await c.find(sourceOf());
  if (tool.kind === "missing") return context.skip(tool.message);
  const run = (...args: string[]) => execFileSync(tool.command, args, { cwd: space.folder });
  const target = tool.args.filter((each) => each.startsWith("--target="));
  const objects = ["traps", "shared"].map((name) => {
    run(...target, "-O2", ...options, "-c", `c/${name}.c`, "-o", `${name}.o`);
    return `${name}.o`;
  });
  run(...tool.args, "-nostdlib", "-Wl,--no-entry", ...objects, "-o", "traps.wasm");
  const wasm = new Uint8Array(readFileSync(path.join(space.folder, "traps.wasm")));
  modules.set(options.join(), wasm);
  return wasm;
}

function sourceOf(): SourceOf<"c"> {
  const source = detectSource(path.join(space.folder, "c"));
  if (!isSource(source) || source.kind !== "c") throw new Error("The source is not C.");
  return source;
}

const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;

/** The places of a trap, those of each frame of the stack in a line. */
function placesOf(wasm: Uint8Array, name: string, told: number): string[] {
  const stripped = withoutDebugSections(wasm);
  const lines = SourceLines.read(linesContent(linesOfDwarf(wasm, stripped, ownFiles(sourceOf(), space.folder))));
  const functions = new WebAssembly.Instance(new Module(stripped)).exports as Record<string, (n: number) => void>;
  functions["tell"]?.(told);
  try {
    functions[name]?.(told);
  } catch (error) {
    const offsets = [...((error as Error).stack ?? "").matchAll(/wasm-function\[\d+\]:0x([0-9a-f]+)/g)];
    return offsets.map(([, hex = ""]) =>
      (lines?.at(Number.parseInt(hex, 16)) ?? [])
        .map((place) => `${place.name ?? ""}@${place.file}:${place.line}`)
        .join(" < "),
    );
  }
  return [];
}

/** What the build asks for, and what a command of the user's may. */
const LINES_ONLY = ["-gline-tables-only", "-gdwarf-4"] as const;
const WHOLE = ["-g", "-gdwarf-5"] as const;
const OPTIONS = [LINES_ONLY, ["-gline-tables-only", "-gdwarf-5"], WHOLE, ["-g", "-gdwarf-2"]] as const;

describe.each(OPTIONS)("clang with %s %s", (...options) => {
  it("tells lines, and the functions that were inlined", { timeout: 60_000 }, async (context) => {
    const wasm = await compiled(context, options);
    expect(placesOf(wasm, "one", 7)).toEqual(["trap_if@c/traps.c:5 < @c/traps.c:13"]);
    expect(placesOf(wasm, "two", 9)).toEqual(["trap_if@c/traps.c:5 < twice@c/traps.c:8 < @c/traps.c:14"]);
    expect(placesOf(wasm, "three", 5)).toEqual(["@c/traps.c:11", "@c/traps.c:18"]);
    expect(placesOf(wasm, "three", 6)).toEqual(["divided@c/inline.h:2 < @c/shared.c:4", "@c/traps.c:19"]);
  });
});

describe("DWARF that is broken", () => {
  it("gives fewer lines, or wrong ones, and nothing else", { timeout: 60_000 }, async (context) => {
    for (const options of [LINES_ONLY, WHOLE]) {
      const wasm = await compiled(context, options);
      const stripped = withoutDebugSections(wasm);
      const debug = indexModule(wasm).sections.filter(({ name }) => name.startsWith(".debug_"));
      const offset = fc
        .constantFrom(...debug)
        .chain(({ name, start, end }) => fc.integer({ min: start + 1 + name.length, max: end - 1 }));
      const change = fc.tuple(offset, fc.integer({ min: 0, max: 255 }));
      const check = (changes: readonly (readonly [number, number])[]): void => {
        const broken = wasm.slice();
        for (const [at, byte] of changes) broken[at] = byte;
        linesContent(linesOfDwarf(broken, stripped, (file) => file));
      };
      fc.assert(fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), check), { numRuns: 40 });
    }
  });

  it("and of code that was changed since gives no lines", { timeout: 60_000 }, async (context) => {
    const wasm = await compiled(context, LINES_ONLY);
    writeFileSync(path.join(space.folder, "traps.wasm"), wasm);
    const optimizer = path.join(packageOf("binaryen"), "bin", "wasm-opt");
    execFileSync(process.execPath, [optimizer, "traps.wasm", "-Os", "-o", "smaller.wasm"], { cwd: space.folder });
    const smaller = new Uint8Array(readFileSync(path.join(space.folder, "smaller.wasm")));
    expect(indexModule(smaller).sections.some(({ name }) => name === ".debug_line")).toBe(true);
    expect(linesOfDwarf(smaller, withoutDebugSections(smaller), (file) => file)).toEqual([]);
  });

  it("is no reason to fail where it ends too early", async (context) => {
    const wasm = await compiled(context, WHOLE);
    const stripped = withoutDebugSections(wasm);
    for (const { name, start, end } of indexModule(wasm).sections.filter((each) => each.name.startsWith(".debug_"))) {
      const content = wasm.subarray(start + 1 + name.length, end);
      for (let length = 0; length < content.length; length += Math.ceil(content.length / 9)) {
        const cut = joined([[name.length], Buffer.from(name), content.subarray(0, length)]);
        const whole = joined([stripped, [0], sized(cut)]);
        expect(linesOfDwarf(whole, stripped, (file) => file)).toEqual([]);
      }
    }
  });
});

describe("files are the formula's", () => {
  const root = path.resolve("/work/app");
  const source = (folder: string): Source => ({ kind: "rust", entry: path.join(folder, "Cargo.toml"), folder });
  const nameOf = (file: string, folder = path.join(root, "atoms/shop")): string | undefined =>
    ownFiles(source(folder), root)(path.resolve(file));

  it("below the formula's folder, by their names in there", () => {
    expect(nameOf("/work/app/atoms/shop/src/lib.rs")).toBe("atoms/shop/src/lib.rs");
    expect(nameOf("/work/app/shared/lib.rs")).toBe("shared/lib.rs");
  });

  it("below the source's, wherever that is", () => {
    expect(nameOf("/work/other/src/lib.rs", "/work/other")).toBe("../other/src/lib.rs");
    expect(nameOf("/work/elsewhere/lib.rs", "/work/other")).toBeUndefined();
  });

  it("but not what was installed, what tools keep, and the SDKs", () => {
    const others = ["/usr/include/stdio.h", "/work/app/node_modules/x/a.c", "/work/app/atoms/shop/.cargo/serde/lib.rs"];
    for (const file of [...others, root]) expect(nameOf(file)).toBeUndefined();
    const sdk = packageFile("atoms", "sdk");
    expect(ownFiles(source(sdk), packageFile())(path.join(sdk, "rust/radon/src/lib.rs"))).toBe(
      "atoms/sdk/rust/radon/src/lib.rs",
    );
    const example = path.join(sdk, "rust/examples");
    expect(ownFiles(source(example), packageFile())(path.join(sdk, "rust/radon/src/lib.rs"))).toBeUndefined();
    expect(ownFiles(source(example), packageFile())(path.join(example, "a.rs"))).toBe("atoms/sdk/rust/examples/a.rs");
  });
});
