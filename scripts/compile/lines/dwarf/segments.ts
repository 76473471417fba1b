/** Cuts code wherever a line, or the code of an inlined function, begins or ends. */
import type { Inlined, InlinedRange } from "./inlined.ts";
import type { LineRow } from "./line-program.ts";

/** The code of all functions of a unit that were inlined. */
export class Inlining {
  readonly #sorted: readonly InlinedRange[];
  #next = 0;

  constructor(ranges: readonly InlinedRange[]) {
    this.#sorted = [...ranges].sort((a, b) => a.from - b.from);
  }

  /** What of it is between two addresses, by where it begins: ranges do not leave the function that they are in. */
  within(from: number, to: number): InlinedRange[] {
    const at = (index: number): number => this.#sorted[index]?.from ?? Infinity;
    // Functions mostly come in the order of the code.
    if (at(this.#next - 1) >= from - 1) this.#next = 0;
    while (at(this.#next) < from - 1) this.#next += 1;
    const first = this.#next;
    while (at(this.#next) < to) this.#next += 1;
    return this.#sorted.slice(first, this.#next).map((range) => ({ ...range, from: Math.max(from, range.from) }));
  }
}

/** Code of one line, and of one inlined function or none; it goes on up to the next segment. */
export interface Segment {
  readonly from: number;
  /** Undefined before the first row. */
  readonly row: LineRow | undefined;
  readonly innermost: Inlined | undefined;
}

/** `ranges`: by where they begin. */
export function segments(rows: readonly LineRow[], ranges: readonly InlinedRange[]): Segment[] {
  const edges = [...rows.map(({ address }) => address), ...ranges.flatMap(({ from, to }) => [from, to])];
  const found: Segment[] = [];
  let open: InlinedRange[] = [];
  let [nextRow, nextRange] = [0, 0];
  for (const from of [...new Set(edges)].sort((a, b) => a - b)) {
    while ((rows[nextRow]?.address ?? Infinity) <= from) nextRow += 1;
    for (; (ranges[nextRange]?.from ?? Infinity) <= from; nextRange += 1) open.push(ranges[nextRange] as InlinedRange);
    open = open.filter(({ to }) => to > from);
    found.push({ from, row: rows[nextRow - 1], innermost: open.reduce<Inlined | undefined>(deeper, undefined) });
  }
  return found;
}

function deeper(known: Inlined | undefined, { inlined }: InlinedRange): Inlined | undefined {
  return known !== undefined && known.depth >= inlined.depth ? known : inlined;
}
