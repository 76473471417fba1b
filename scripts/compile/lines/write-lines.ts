/** Writes the section of a module that says where its code comes from (its layout: `durable/engine/source-lines.ts`). */
import { LINES_BYTES_MAX, LINES_SECTION } from "../../../durable/engine/source-lines.ts";
import { joined, name, section, unsigned, type Bytes } from "../metering/binary.ts";
import { SECTION } from "../metering/module-index.ts";
import type { CodeLines, Place } from "./code-lines.ts";

/** The module with its lines behind it; without them where there are none, or more than fit. */
export function withLines(wasm: Uint8Array, lines: CodeLines): Uint8Array {
  if (lines.length === 0) return wasm;
  const content = linesContent(lines);
  if (content.length > LINES_BYTES_MAX) return wasm;
  return joined([wasm, section(SECTION.custom, joined([name(LINES_SECTION), content]))]);
}

/** The section's content, without its name. */
export function linesContent(lines: CodeLines): Uint8Array {
  const table = new PlaceTable();
  const rows: Bytes[] = [];
  let before = { offset: 0, index: 0 };
  for (const { offset, place } of lines) {
    const index = place === undefined ? 0 : place === "unknown" ? 1 : table.indexOf(place) + 2;
    rows.push(unsigned(offset - before.offset), delta(index - before.index));
    before = { offset, index };
  }
  return joined([table.content, unsigned(lines.length), ...rows]);
}

/** Places that are equal are one. */
class PlaceTable {
  readonly #files = new Numbered();
  readonly #names = new Numbered();
  readonly #places = new Numbered();
  readonly #known = new Map<Place, number>();
  readonly #written: Bytes[] = [];
  #line = 0;

  indexOf(place: Place): number {
    const known = this.#known.get(place);
    if (known !== undefined) return known;
    const { file, line, inlined } = place;
    const caller = inlined?.into === undefined ? 0 : this.indexOf(inlined.into) + 1;
    const named = inlined === undefined ? 0 : this.#names.indexOf(inlined.name) + 1;
    const at = this.#files.indexOf(file);
    const index = this.#places.indexOf([at, line, caller, named].join());
    if (index === this.#written.length) {
      this.#written.push(joined([unsigned(at), delta(line - this.#line), unsigned(caller), unsigned(named)]));
      this.#line = line;
    }
    this.#known.set(place, index);
    return index;
  }

  get content(): Uint8Array {
    const places = joined([unsigned(this.#written.length), ...this.#written]);
    return joined([this.#files.content, this.#names.content, places]);
  }
}

/** Texts, each with the number of its first appearance. */
class Numbered {
  readonly #numbers = new Map<string, number>();

  indexOf(text: string): number {
    const index = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, index);
    return index;
  }

  get content(): Uint8Array {
    return joined([unsigned(this.#numbers.size), ...[...this.#numbers.keys()].map(name)]);
  }
}

function delta(value: number): number[] {
  return unsigned(value < 0 ? -value * 2 - 1 : value * 2);
}
