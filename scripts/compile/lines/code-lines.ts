/**
 * Where the code of a module comes from, while it is built: rows by the offset of the code in the module that they come with.
 *
 * Invariants
 * 1. Rows are in the order of the code. A row holds up to the next one.
 * 2. The rows of a function never hold for the next one, nor for what is behind the last one.
 * 3. Only places in the sources of the formula are told: of a library's function its name says enough.
 */
import { ByteReader } from "../metering/binary.ts";
import { SECTION, type ModuleIndex } from "../metering/module-index.ts";

export interface Place {
  /** Relative to the formula's folder. */
  readonly file: string;
  readonly line: number;
  /** The function that stands there, if it was inlined, and the place that called it, if that is of the formula. */
  readonly inlined?: { readonly name: string; readonly into: Place | undefined } | undefined;
}

export interface Row {
  readonly offset: number;
  /** "unknown": it is in a function of the formula's, but nothing says where. Undefined: it is a library's. */
  readonly place: Place | "unknown" | undefined;
}

export type CodeLines = readonly Row[];

/** A function's body: from behind its size to its end. */
export interface Extent {
  readonly from: number;
  readonly to: number;
  /** True if it is known to be the formula's, even if none of its code has a line. */
  readonly isOwn?: boolean;
}

export function extentsOf({ bytes, sections }: ModuleIndex): Extent[] {
  const code = sections.find(({ id }) => id === SECTION.code);
  if (code === undefined) return [];
  const reader = new ByteReader(bytes, code.start);
  const extents: Extent[] = [];
  reader.times(() => {
    const size = reader.unsigned();
    extents.push({ from: reader.at, to: reader.at + size });
    reader.skip(size);
  });
  return extents;
}

/** The rows, which are in order, held within the functions that they are in (invariant 2), without those that repeat the one before. */
export function clipped(rows: readonly Row[], extents: readonly Extent[]): Row[] {
  const kept: Row[] = [];
  const add = (row: Row): void => {
    if (kept.at(-1)?.offset === row.offset) kept.pop();
    if (kept.at(-1)?.place !== row.place) kept.push(row);
  };
  let at = 0;
  for (const { from, to, isOwn = false } of extents) {
    while ((rows[at]?.offset ?? Infinity) < from) at += 1;
    const start = at;
    while ((rows[at]?.offset ?? Infinity) < to) at += 1;
    const within = rows.slice(start, at);
    const otherwise = isOwn || within.some(({ place }) => place !== undefined) ? "unknown" : undefined;
    add({ offset: from, place: otherwise });
    for (const { offset, place } of within) add({ offset, place: place ?? otherwise });
  }
  add({ offset: extents.at(-1)?.to ?? 0, place: undefined });
  return kept[0]?.place === undefined ? kept.slice(1) : kept;
}

/** Of each function, whether it is of the formula: whether any of its code has lines. */
export function ownFunctions(lines: CodeLines, extents: readonly Extent[]): boolean[] {
  let next = 0;
  return extents.map(({ from, to }) => {
    let isOwn = false;
    while ((lines[next]?.offset ?? Infinity) <= from) next += 1;
    for (let at = next - 1; at < lines.length && (lines[at]?.offset ?? 0) < to; at += 1) {
      isOwn ||= lines[at]?.place !== undefined;
    }
    return isOwn;
  });
}

/** The place at an offset, to be asked for in the order of the code. */
export function placesBy(lines: CodeLines): (offset: number) => Row["place"] {
  let next = 0;
  return (offset) => {
    while ((lines[next]?.offset ?? Infinity) <= offset) next += 1;
    return lines[next - 1]?.place;
  };
}
