/** Writes the sections of a metered module: what is added behind what is there, and every index of a function moved. */
import type { Additions } from "./additions.ts";
import { ByteReader, edited, joined, unsigned, type Bytes, type Edit } from "./binary.ts";
import { OP, skipImmediates, skipType } from "./instructions.ts";
import { SECTION, type ModuleIndex, type Section } from "./module-index.ts";

/** A vector with more elements at its end; the elements that are there may be edited. */
export function extended(
  bytes: Uint8Array,
  { start, end }: Pick<Section, "start" | "end">,
  { count, bytes: added }: { readonly count: number; readonly bytes: Bytes },
  edits: readonly Edit[] = [],
): Bytes {
  const reader = new ByteReader(bytes, start);
  const own = reader.unsigned();
  return joined([unsigned(own + count), edited(bytes, reader.at, end, edits), added]);
}

/** Where the indices of functions stand in a section other than the code, each with its index moved. */
export function functionIndices({ bytes }: ModuleIndex, { id, start, end }: Section, additions: Additions): Edit[] {
  const reader = new ByteReader(bytes, start);
  const edits: Edit[] = [];
  const move = () => {
    const from = reader.at;
    edits.push({ from, bytes: unsigned(additions.moved(reader.unsigned())), to: reader.at });
  };
  if (id === SECTION.export) reader.times(() => exportEntry(reader, move));
  if (id === SECTION.start) move();
  if (id === SECTION.global) reader.times(() => globalEntry(reader, move));
  if (id === SECTION.table) reader.times(() => tableEntry(reader, move));
  if (id === SECTION.element) reader.times(() => elementEntry(reader, move));
  if (reader.at > end) throw new RangeError(`Section ${id} was read past its end.`);
  return edits;
}

const FUNCTION_KIND = 0;
const TABLE_WITH_VALUE = 0x40;

function exportEntry(reader: ByteReader, move: () => void): void {
  reader.name();
  if (reader.byte() === FUNCTION_KIND) move();
  else reader.skipNumber();
}

function globalEntry(reader: ByteReader, move: () => void): void {
  skipType(reader);
  reader.skip(1);
  expression(reader, move);
}

function tableEntry(reader: ByteReader, move: () => void): void {
  const hasValue = reader.bytes[reader.at] === TABLE_WITH_VALUE;
  if (hasValue) reader.skip(2);
  skipType(reader);
  const hasMaximum = (reader.byte() & 1) !== 0;
  reader.skipNumber();
  if (hasMaximum) reader.skipNumber();
  if (hasValue) expression(reader, move);
}

/** Bit 0: not active; bit 1: names its table, or is only declared; bit 2: holds expressions instead of indices. */
function elementEntry(reader: ByteReader, move: () => void): void {
  const flags = reader.unsigned();
  const isActive = (flags & 1) === 0;
  const isExplicit = (flags & 2) !== 0;
  const holdsExpressions = (flags & 4) !== 0;
  if (isActive && isExplicit) reader.skipNumber();
  if (isActive) expression(reader, move);
  if ((flags & 3) !== 0) skipType(reader);
  reader.times(() => (holdsExpressions ? expression(reader, move) : move()));
}

/** A constant expression, in which `ref.func` may name a function. */
function expression(reader: ByteReader, move: () => void): void {
  for (let opcode = reader.byte(); opcode !== OP.end; opcode = reader.byte()) {
    if (opcode === OP.refFunc) move();
    else skipImmediates(reader, opcode);
  }
}
