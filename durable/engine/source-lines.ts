/**
 * Where a module's code comes from: the custom section `radon.lines`, which the build adds (`scripts/compile/lines`). It is read only when
 * an atom has trapped.
 *
 * Its layout; numbers are unsigned LEB128, a delta is one with its sign in the lowest bit:
 *   files    a vector of names, each a length and UTF-8
 *   names    likewise: of functions that were inlined
 *   places   a vector of: the file's index, the line as a delta from the place before, the index of the place that it was inlined into
 *            and of the inlined function's name, both raised by one so that 0 is none
 *   rows     a vector of: the bytes of code since the row before, the index of its place as a delta from the row before; 0 is code that is
 *            not the formula's, 1 such that is, from an unknown place; places are raised by two
 *
 * Invariants
 * 1. A row holds up to the next one. Offsets are those of the module, as engines tell them.
 * 2. A place was inlined into one before it in the vector, so every chain ends.
 * 3. A section that cannot be read is as good as none: a trap is told in any case.
 */
import { BinaryReader } from "./binary-reader.ts";

export const LINES_SECTION = "radon.lines";
/** A larger section is not written; one that is there is not read. */
export const LINES_BYTES_MAX = 512 * 1024;

export interface SourcePlace {
  /** Relative to the formula's folder. */
  readonly file: string;
  readonly line: number;
  /** The function that stands there, if it was inlined into the one that runs. */
  readonly name: string | undefined;
}

interface Place extends SourcePlace {
  readonly caller: Place | undefined;
}

interface Row {
  readonly offset: number;
  readonly place: Place | "unknown" | undefined;
}

export class SourceLines {
  readonly #rows: readonly Row[];

  private constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  /** Undefined if the build has put none into the module. */
  static of(module: WebAssembly.Module): SourceLines | undefined {
    const [section] = WebAssembly.Module.customSections(module, LINES_SECTION);
    if (section === undefined || section.byteLength > LINES_BYTES_MAX) return undefined;
    return SourceLines.read(new Uint8Array(section));
  }

  /** Of the section's content, without its name. */
  static read(content: Uint8Array): SourceLines | undefined {
    try {
      return new SourceLines(readRows(new Reader(content)));
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /**
   * Where the instruction at this offset comes from, then what that was inlined into, and so on; empty if it is not known. Undefined
   * of code that is not of the formula's sources, but of a library.
   */
  at(offset: number): readonly SourcePlace[] | undefined {
    const next = this.#rows.findIndex((row) => row.offset > offset);
    const found = next === 0 ? undefined : this.#rows.at(next < 0 ? -1 : next - 1)?.place;
    if (found === undefined) return undefined;
    const chain: SourcePlace[] = [];
    for (let place = found === "unknown" ? undefined : found; place !== undefined; place = place.caller)
      chain.push(place);
    return chain;
  }
}

function readRows(reader: Reader): Row[] {
  const files = reader.vector(() => reader.name());
  const names = reader.vector(() => reader.name());
  const places: Place[] = [];
  let line = 0;
  reader.vector(() => {
    const file = known(files, reader.unsigned());
    line += reader.delta();
    const caller = optional(places, reader.unsigned());
    places.push({ file, line, caller, name: optional(names, reader.unsigned()) });
  });
  let offset = 0;
  let place = 0;
  return reader.vector(() => {
    offset += reader.unsigned();
    place += reader.delta();
    return { offset, place: place === 1 ? "unknown" : optional(places, Math.max(place - 1, 0)) };
  });
}

function known<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new RangeError(`There is no entry ${index}.`);
  return value;
}

/** By an index that is raised by one, as 0 is none. */
function optional<T>(values: readonly T[], raised: number): T | undefined {
  return raised === 0 ? undefined : known(values, raised - 1);
}

class Reader extends BinaryReader {
  delta(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  vector<T>(element: () => T): T[] {
    const values: T[] = [];
    this.times(() => values.push(element()));
    return values;
  }
}
