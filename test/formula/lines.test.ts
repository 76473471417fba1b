/** Where code comes from: what the build writes is what a trap reads, and is right wherever metering has moved the code. */
import { encode } from "@jridgewell/sourcemap-codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import wabt from "wabt";
import { LINES_BYTES_MAX, LINES_SECTION, SourceLines } from "../../durable/engine/source-lines.ts";
import { clipped, type CodeLines, type Place, type Row } from "../../scripts/compile/lines/code-lines.ts";
import { linesOfMap } from "../../scripts/compile/lines/source-map.ts";
import { linesContent, withLines } from "../../scripts/compile/lines/write-lines.ts";
import { atTraps } from "../../scripts/compile/lines/trapping-code.ts";
import { indexModule } from "../../scripts/compile/metering/module-index.ts";
import { meterModule } from "../../scripts/compile/metering/meter.ts";
import { moved } from "../../scripts/compile/metering/moved-code.ts";

const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module;
const assembler = await wabt();

function assemble(text: string): Uint8Array {
  return new Uint8Array(assembler.parseWat("test.wat", text, { bulk_memory: true }).toBinary({}).buffer);
}

function read(lines: CodeLines): SourceLines {
  const found = SourceLines.read(linesContent(lines));
  if (found === undefined) throw new Error("The section cannot be read.");
  return found;
}

/** A place as a trap shows it, what it was inlined into behind it. */
function shown(place: Row["place"]): string | undefined {
  if (place === undefined || place === "unknown") return place;
  const { file, line, inlined } = place;
  return `${inlined?.name ?? ""}@${file}:${line}${inlined === undefined ? "" : ` < ${shown(inlined.into)}`}`;
}

function shownAt(lines: SourceLines, offset: number): string | undefined {
  const chain = lines.at(offset);
  if (chain?.length === 0) return "unknown";
  return chain?.map(({ name, file, line }) => `${name ?? ""}@${file}:${line}`).join(" < ");
}

describe("the section", () => {
  const outer = fc.record({ file: fc.constantFrom("a.c", "src/größe.rs"), line: fc.integer({ min: 1, max: 100_000 }) });
  const inlined = fc
    .tuple(outer, outer, fc.constantFrom("divide", "shop::Cart::first"))
    .map(([place, into, name]): Place => ({ ...place, inlined: { name, into } }));
  const placed = fc.oneof(outer, inlined, fc.constant("unknown" as const), fc.constant(undefined));
  const step = fc.record({ bytes: fc.integer({ min: 1, max: 70_000 }), place: placed });

  it("says of each row what was put in, up to the next one", () => {
    const check = (steps: readonly { readonly bytes: number; readonly place: Row["place"] }[]): void => {
      let offset = 0;
      const rows = steps.map(({ bytes, place }) => ({ offset: (offset += bytes), place }));
      const lines = read(rows);
      expect(shownAt(lines, 0)).toBeUndefined();
      for (const [index, row] of rows.entries()) {
        const last = (rows[index + 1]?.offset ?? row.offset + 2) - 1;
        expect([shownAt(lines, row.offset), shownAt(lines, last)]).toEqual([shown(row.place), shown(row.place)]);
      }
    };
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), check), { numRuns: 100 });
  });

  it("takes about three bytes for a line", () => {
    const rows = Array.from({ length: 1_000 }, (_, at) => ({ offset: at * 9, place: { file: "a.c", line: at + 1 } }));
    expect(linesContent(rows).length).toBeLessThan(6_100);
  });

  it("is read from a module, and is as good as none if it is broken", () => {
    const wasm = withLines(assemble("(module)"), [{ offset: 9, place: { file: "a.c", line: 7 } }]);
    const lines = SourceLines.of(new Module(wasm));
    expect(lines && shownAt(lines, 9)).toBe("@a.c:7");
    const content = linesContent([{ offset: 9, place: { file: "a.c", line: 7 } }]);
    for (let length = 0; length < content.length; length += 1)
      expect(SourceLines.read(content.subarray(0, length))).toBeUndefined();
    expect(SourceLines.read(Uint8Array.from([1, 1, 97, 0, 1, 0, 2, 9, 0, 0]))).toBeUndefined();
  });

  it("is not there without lines, and not beyond its bound", () => {
    const wasm = assemble("(module)");
    expect(withLines(wasm, [])).toBe(wasm);
    const many = Array.from({ length: 600 }, (_, at) => ({
      offset: at,
      place: { file: "a".repeat(at + 600), line: 1 },
    }));
    expect(linesContent(many).length).toBeGreaterThan(LINES_BYTES_MAX);
    expect(withLines(wasm, many)).toBe(wasm);
    expect(WebAssembly.Module.customSections(new Module(wasm), LINES_SECTION)).toEqual([]);
  });
});

describe("rows", () => {
  const at = (line: number): Place => ({ file: "a.c", line });
  const text = (rows: readonly Row[]) => rows.map(({ offset, place }) => `${offset} ${shown(place)}`);

  it("hold no further than their functions do, of which what is not the formula's tells nothing", () => {
    const one = at(1);
    const rows = [
      { offset: 12, place: one },
      { offset: 14, place: one },
      { offset: 16, place: undefined },
      { offset: 31, place: undefined },
      { offset: 41, place: at(2) },
    ];
    const extents = [
      { from: 10, to: 20 },
      { from: 21, to: 30 },
      { from: 31, to: 40 },
      { from: 41, to: 50 },
    ];
    const expected = ["10 unknown", "12 @a.c:1", "16 unknown", "21 undefined", "41 @a.c:2", "50 undefined"];
    expect(text(clipped(rows, extents))).toEqual(expected);
  });

  it("come from a source map without the sources of libraries", () => {
    const wasm = assemble("(module (func (nop) (nop) (nop) (nop)) (func (nop)))");
    const body = Buffer.from(wasm).indexOf(Buffer.from([0, 1, 1, 1, 1, 0x0b]));
    const segments: [number, number, number, number][] = [
      [body, 0, 0, 4],
      [body + 1, 1, 113, 0],
      [body + 3, 0, 1, 0],
    ];
    const map = { version: 3, sources: ["as/index.ts", "~lib/array.ts"], mappings: encode([segments]) };
    const lines = linesOfMap(JSON.stringify(map), wasm, (name) => (name.startsWith("~lib") ? undefined : `../${name}`));
    expect(text(lines)).toEqual([
      `${body} @../as/index.ts:1`,
      `${body + 1} unknown`,
      `${body + 3} @../as/index.ts:2`,
      `${body + 7} undefined`,
    ]);
  });
});

describe("metering moves the lines with the code", () => {
  /** A piece of a function's body. Traps and calls are numbered when they are written out. */
  type Piece =
    | { readonly kind: "trap" | "host" | "grow" | "fill" }
    | { readonly kind: "call"; readonly target: number }
    | { readonly kind: "loop" | "block"; readonly body: readonly Piece[] };

  const FUNCTIONS = 4;
  const leaf = fc.oneof(
    fc.constantFrom<Piece>({ kind: "trap" }, { kind: "host" }, { kind: "grow" }, { kind: "fill" }),
    fc.integer({ min: 0, max: FUNCTIONS - 1 }).map((target): Piece => ({ kind: "call", target })),
  );
  const piece: fc.Arbitrary<Piece> = fc.letrec<{ piece: Piece }>((tie) => ({
    piece: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.record({
        kind: fc.constantFrom("loop" as const, "block" as const),
        body: fc.array(tie("piece"), { maxLength: 4 }),
      }),
    ),
  })).piece;
  const bodies = fc.array(fc.array(piece, { minLength: 1, maxLength: 5 }), {
    minLength: FUNCTIONS,
    maxLength: FUNCTIONS,
  });

  /** Calls go to later functions only, so all ends; a trap is where the number says so. */
  function written(functions: readonly (readonly Piece[])[]): { readonly text: string; readonly traps: number } {
    let traps = 0;
    const write = (each: Piece, index: number): string => {
      if (each.kind === "trap") return `(if (i32.eq (local.get 0) (i32.const ${(traps += 1)})) (then unreachable))`;
      if (each.kind === "host") return "(call $host)";
      if (each.kind === "grow") return "(drop (memory.grow (i32.const 0)))";
      if (each.kind === "fill") return "(memory.fill (i32.const 0) (i32.const 0) (i32.const 4))";
      if (each.kind === "call") return each.target > index ? `(call $f${each.target} (local.get 0))` : "(nop)";
      return "body" in each ? `(${each.kind} ${each.body.map((inner) => write(inner, index)).join(" ")})` : "";
    };
    const texts = functions.map(
      (body, index) =>
        `(func $f${index} (export "f${index}") (param i32) (local f64) ${body.map((each) => write(each, index)).join(" ")})`,
    );
    const head = '(import "host" "host" (func $host)) (memory 1)';
    return { text: `(module ${head} ${texts.join("\n")})`, traps };
  }

  /** The offsets in the stack of each trap, by the function that is called and the trap that it comes to. */
  function stacksOf(wasm: Uint8Array, traps: number): ReadonlyMap<string, readonly number[]> {
    const metering = { tick: () => 10_000, pause: () => 10_000, may_grow: () => 1 };
    const imports = { host: { host: () => undefined }, "radon:metering": metering };
    const { exports } = new WebAssembly.Instance(new Module(wasm), imports);
    const stacks = new Map<string, readonly number[]>();
    for (const [name, body] of Object.entries(exports as Record<string, (trap: number) => void>)) {
      for (let trap = 1; trap <= traps; trap += 1)
        stacks.set(
          `${name} ${trap}`,
          offsetsOf(() => body(trap)),
        );
    }
    return stacks;
  }

  function offsetsOf(run: () => void): number[] {
    try {
      run();
      return [];
    } catch (error) {
      const stack = error instanceof Error ? (error.stack ?? "") : "";
      return [...stack.matchAll(/wasm-function\[\d+\]:0x([0-9a-f]+)/g)].map(([, hex = ""]) => Number.parseInt(hex, 16));
    }
  }

  it.each([true, false])("each frame of each trap has its line, metering: %s", (with_) => {
    const check = (functions: readonly (readonly Piece[])[]): void => {
      const { text, traps } = written(functions);
      const plain = assemble(text);
      const before = stacksOf(plain, traps);
      const offsets = [...new Set([...before.values()].flat())].sort((a, b) => a - b);
      // The offset itself is the line, and it holds for one byte only.
      const rows = offsets.flatMap((offset): Row[] => {
        const row = { offset, place: { file: "a.c", line: offset } };
        return offsets.includes(offset + 1) ? [row] : [row, { offset: offset + 1, place: undefined }];
      });
      const result = meterModule(plain, with_);
      if (!result.ok) throw new Error(result.message);
      const kept = atTraps(rows, indexModule(plain));
      expect(kept.length).toBeLessThanOrEqual(rows.length);
      const lines = read(result.moved ? moved(kept, result.moved) : kept);
      const linesOf = (stack: readonly number[]) => stack.map((offset) => lines.at(offset)?.[0]?.line);
      const after = stacksOf(result.wasm, traps);
      for (const [trap, stack] of before) expect(linesOf(after.get(trap) ?? [])).toEqual(stack);
    };
    fc.assert(fc.property(bodies, check), { numRuns: 60 });
  });

  it("what is put in front of an instruction has the instruction's line", () => {
    const plain = assemble('(module (import "host" "host" (func $host)) (func (export "f") (nop) (call $host)))');
    const call = (wasm: Uint8Array, imports: WebAssembly.Imports): number[] => {
      const { exports } = new WebAssembly.Instance(new Module(wasm), imports);
      return offsetsOf(() => (exports as unknown as { f(): void }).f());
    };
    const [offset = 0] = call(plain, { host: { host: () => BigInt("none") } });
    const rows = [
      { offset: offset - 1, place: { file: "a.c", line: 1 } },
      { offset, place: { file: "a.c", line: 2 } },
    ];
    const result = meterModule(plain, true);
    if (!result.ok || !result.moved) throw new Error("The module is not metered.");
    const spent = { tick: () => -1, pause: () => -1 };
    const stack = call(result.wasm, { host: { host: () => undefined }, "radon:metering": spent });
    const lines = read(moved(rows, result.moved));
    expect(lines.at(stack.at(-1) ?? 0)).toEqual([{ file: "a.c", line: 2, name: undefined }]);
  });
});
