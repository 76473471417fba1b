/**
 * Leaves the lines of code that can be on the stack of a trap: a third of the rows are enough for that.
 *
 * Invariant
 * 1. Of an instruction that can trap, call or be looked at by metering, and of the beginning of each function, the place is as it was.
 */
import { ByteReader } from "../metering/binary.ts";
import { skipImmediates, skipType } from "../metering/instructions.ts";
import type { ModuleIndex } from "../metering/module-index.ts";
import { extentsOf, type CodeLines, type Extent, type Row } from "./code-lines.ts";

/** Reads the code of functions that have lines only. */
export function atTraps(lines: CodeLines, module: ModuleIndex): CodeLines {
  const kept: Row[] = [];
  const add = (offset: number, place: Row["place"]): void => {
    if (kept.at(-1)?.place !== place) kept.push({ offset, place });
  };
  let next = 0;
  const placeAt = (offset: number): Row["place"] => {
    while ((lines[next]?.offset ?? Infinity) <= offset) next += 1;
    return lines[next - 1]?.place;
  };
  for (const extent of extentsOf(module)) {
    const { from, to } = extent;
    add(from, placeAt(from));
    const isPlain = lines[next - 1]?.place === undefined && (lines[next]?.offset ?? Infinity) >= to;
    if (!isPlain) for (const offset of trapping(module.bytes, extent)) add(offset, placeAt(offset));
  }
  add(module.bytes.length, undefined);
  return kept[0]?.place === undefined ? kept.slice(1) : kept;
}

/** Where its instructions are that may be on the stack of a trap. */
function* trapping(bytes: Uint8Array, { from, to }: Extent): Generator<number> {
  const reader = new ByteReader(bytes, from);
  reader.times(() => {
    reader.skipNumber();
    skipType(reader);
  });
  while (reader.at < to) {
    const { at } = reader;
    const opcode = reader.byte();
    skipImmediates(reader, opcode);
    if (!HARMLESS.some(([first, last]) => opcode >= first && opcode <= last)) yield at;
  }
}

/** Control without calls and loops, variables, constants and arithmetic but for divisions and conversions that may not fit. */
const HARMLESS = [
  [0x01, 0x02],
  [0x04, 0x05],
  [0x0b, 0x0f],
  [0x1a, 0x24],
  [0x41, 0x6c],
  [0x71, 0x7e],
  [0x83, 0xa7],
  [0xac, 0xad],
  [0xb2, 0xc4],
  [0xd0, 0xd2],
] as const;
