/** The lines of a module from the DWARF that clang, rustc and zig put into it: its line programs, and what it tells of inlined functions. */
import path from "node:path";
import { indexModule, SECTION, type ModuleIndex } from "../../metering/module-index.ts";
import { clipped, extentsOf, type CodeLines, type Row } from "../code-lines.ts";
import type { OwnFile } from "../own-files.ts";
import { Frames } from "./frames.ts";
import { inlinedRanges } from "./inlined.ts";
import type { DwarfSections } from "./forms.ts";
import { LineProgram, type Sequence, type SourceFile } from "./line-program.ts";
import { Inlining, segments } from "./segments.ts";
import { ATTRIBUTE, readUnits, type Unit } from "./units.ts";

/**
 * What cannot be read is left out, and everything if the code was changed after it was described: that is seen by functions that are not
 * where they should be. `described`: the module with its `.debug_*` sections, which `wasm` is without.
 */
export function linesOfDwarf(described: Uint8Array, wasm: Uint8Array, ownFile: OwnFile): CodeLines {
  const module = indexModule(wasm);
  const start = module.sections.find(({ id }) => id === SECTION.code)?.start ?? 0;
  const extents = extentsOf(module);
  // Addresses count from where the content of the code section begins.
  const functions = new Map(extents.map(({ from, to }) => [to - start, from - start]));
  const sections = sectionsOf(indexModule(described));
  const units = unlessBroken(() => readUnits(sections)) ?? [];
  const frames = new Frames();
  const read = (unit: Unit) => unlessBroken(() => rowsOf({ unit, units, sections, functions, frames, ownFile })) ?? [];
  const rows = units.map(read);
  if (rows.includes("stale")) return [];
  const moved = rows.flatMap((each) =>
    each === "stale" ? [] : each.map((row) => ({ ...row, offset: row.offset + start })),
  );
  return clipped(
    moved.sort((a, b) => a.offset - b.offset),
    extents,
  );
}

function sectionsOf({ bytes, sections }: ModuleIndex): DwarfSections {
  const found = new Map(
    sections
      .filter(({ name }) => name.startsWith(PREFIX))
      .map(({ name, start, end }) => [name.slice(PREFIX.length), bytes.subarray(start + 1 + name.length, end)]),
  );
  return (name) => found.get(name) ?? new Uint8Array();
}
const PREFIX = ".debug_";

function unlessBroken<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Reading {
  readonly unit: Unit;
  readonly units: readonly Unit[];
  readonly sections: DwarfSections;
  /** Where each function begins, by where it ends. */
  readonly functions: ReadonlyMap<number, number>;
  readonly frames: Frames;
  readonly ownFile: OwnFile;
}

/** The rows of a unit; none if all its files are a library's, as most units' are. */
function rowsOf({ unit, units, sections, functions, frames, ownFile }: Reading): Row[] | "stale" {
  const start = unit.number(unit.root, ATTRIBUTE.statements);
  if (start === undefined) return [];
  const program = new LineProgram({ bytes: sections("line"), textOf: (value) => unit.textOf(value) }, start);
  const folder = unit.text(unit.root, ATTRIBUTE.folder) ?? "";
  const names = new Map([...program.files].map(([index, file]) => [index, ownName(file, folder, ownFile)]));
  if ([...names.values()].every((name) => name === undefined)) return [];
  const codeEnd = [...functions.keys()].at(-1) ?? 0;
  const linked = program.sequences().filter((each) => startOf(each) > 0 && startOf(each) < codeEnd);
  if (!linked.every((each) => (functions.get(each.end) ?? Infinity) <= startOf(each))) return "stale";
  const inlined = new Inlining(inlinedRanges(unit, units, sections));
  return linked.flatMap(({ rows, end }) => {
    // A function begins with its locals: the code of what was inlined at its beginning begins behind them.
    const within = inlined.within((functions.get(end) ?? 0) + 1, end);
    return segments(rows, within).map(({ from, row, innermost }) => ({
      offset: from,
      place: row && frames.place(row, innermost, names),
    }));
  });
}

/** Where its first line begins. Linkers put functions that they leave out at 0, or beyond all code. */
function startOf({ rows: [first] }: Sequence): number {
  return first?.address ?? 0;
}

/** A folder that is relative is so to the unit's, or to where all paths were made relative to. */
function ownName({ name, folder = "" }: SourceFile, unitFolder: string, ownFile: OwnFile): string | undefined {
  const told = path.isAbsolute(name) ? name : path.join(folder, name);
  const whole = path.isAbsolute(told) ? told : path.join(unitFolder, told);
  return ownFile(path.normalize(whole)) ?? ownFile(path.normalize(told));
}
