/**
 * Leaves the lines of code that can be on the stack of a trap: a third of the rows are enough for that.
 *
 * Invariant
 * 1. Of an instruction that can trap, call or be looked at by metering, and of the beginning of each function, the place is as it was.
 */
import type { ModuleIndex } from "../metering/module-index.ts";
import { extentsOf, ownFunctions, placesBy, type CodeLines, type Row } from "./code-lines.ts";
import { instructionsOf } from "./instructions-of.ts";

/** Reads the code of functions that have lines only. */
export function atTraps(lines: CodeLines, module: ModuleIndex): CodeLines {
  const kept: Row[] = [];
  const add = (offset: number, place: Row["place"]): void => {
    if (kept.at(-1)?.place !== place) kept.push({ offset, place });
  };
  const placeAt = placesBy(lines);
  const extents = extentsOf(module);
  const own = ownFunctions(lines, extents);
  for (const [index, extent] of extents.entries()) {
    add(extent.from, placeAt(extent.from));
    if (own[index] !== true) continue;
    for (const { at, opcode } of instructionsOf(module.bytes, extent)) if (mayTrap(opcode)) add(at, placeAt(at));
  }
  add(module.bytes.length, undefined);
  return kept[0]?.place === undefined ? kept.slice(1) : kept;
}

function mayTrap(opcode: number): boolean {
  return !HARMLESS.some(([first, last]) => opcode >= first && opcode <= last);
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
