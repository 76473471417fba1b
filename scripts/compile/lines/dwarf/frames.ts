/** The place of a piece of code: its line, and the lines that called what was inlined there, as far as they are the formula's. */
import type { Place, Row } from "../code-lines.ts";
import type { Inlined } from "./inlined.ts";
import type { LineRow } from "./line-program.ts";

/** The names of a unit's files; those of a library have none. */
export type FileNames = ReadonlyMap<number, string | undefined>;

interface Frame {
  readonly file: string | undefined;
  readonly line: number;
  /** The function's that was inlined, if it was. */
  readonly name: string | undefined;
}

export class Frames {
  /** Places that are equal are one. */
  readonly #places = new Map<string, Place>();
  readonly #keys = new Map<Place, number>();

  /** `innermost`: the inlined function that the code is of. */
  place(row: LineRow, innermost: Inlined | undefined, files: FileNames): Row["place"] {
    const own = framesOf(row, innermost, files).filter(({ file }) => file !== undefined);
    // Code from no line is that of the line that called its function, if that was inlined.
    const told = own.filter(({ line }) => line > 0);
    const place = told.reduceRight<Place | undefined>((into, frame) => this.#place(frame, into), undefined);
    return place ?? (own.length > 0 ? "unknown" : undefined);
  }

  #place({ file = "", line, name }: Frame, into: Place | undefined): Place {
    const key = JSON.stringify([file, line, name, into && this.#keys.get(into)]);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place: Place = { file, line, inlined: name === undefined ? undefined : { name, into } };
    this.#places.set(key, place);
    this.#keys.set(place, this.#keys.size);
    return place;
  }
}

/** The innermost first. */
function framesOf(row: LineRow, innermost: Inlined | undefined, files: FileNames): Frame[] {
  const frames: Frame[] = [{ file: files.get(row.file), line: row.line, name: innermost?.name }];
  for (let at = innermost; at !== undefined; at = at.into) {
    frames.push({ file: files.get(at.file), line: at.line, name: at.into?.name });
  }
  return frames;
}
