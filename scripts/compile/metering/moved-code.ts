/** How metering has moved the code of a module, for what refers to places in it. */
import type { Edit } from "./binary.ts";

/** The body of a function: where it was, where it is, and what was changed in it. */
export interface MovedBody {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly edits: readonly Edit[];
}

/**
 * What stands at offsets, which are in order, with the offsets at which it stands now. What metering put in front of an instruction
 * counts as that instruction. What is in none of the bodies is left out, but for what begins where the last one ends.
 */
export function moved<T extends { readonly offset: number }>(entries: readonly T[], bodies: readonly MovedBody[]): T[] {
  const result: T[] = [];
  let at = 0;
  for (const { from, to, at: start, edits } of bodies) {
    let shift = start - from;
    let next = 0;
    for (; (entries[at]?.offset ?? Infinity) <= to; at += 1) {
      const entry = entries[at] as T;
      if (entry.offset < from) continue;
      for (let edit = edits[next]; edit !== undefined && edit.from < entry.offset; edit = edits[next]) {
        shift += edit.bytes.length - (edit.to - edit.from);
        next += 1;
      }
      result.push({ ...entry, offset: entry.offset + shift });
    }
  }
  return result;
}
