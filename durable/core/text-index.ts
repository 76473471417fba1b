/**
 * From texts (names, or the values of one scope) to the atoms that have them: by the text itself, or in order from a
 * prefix on.
 *
 * Invariants
 * 1. `exact` and `startingWith` find just what a scan over everything would find.
 * 2. A text that no atom has any more takes no room.
 */
import type { GlobalName } from "./names.ts";

/** Dead texts are swept out when they are more than the living ones and this many. */
const DEAD_TEXTS_MAX = 64;
const NONE: ReadonlySet<GlobalName> = new Set();

export class TextIndex {
  readonly #names = new Map<string, Set<GlobalName>>();
  /** The texts in order of their UTF-16 code units; `#sorted` is false while it has an unsorted tail or dead texts. */
  #texts: string[] = [];
  #sorted = true;

  get empty(): boolean {
    return this.#names.size === 0;
  }

  add(text: string, name: GlobalName): void {
    const names = this.#names.get(text);
    if (names !== undefined) {
      names.add(name);
      return;
    }
    this.#names.set(text, new Set([name]));
    this.#texts.push(text);
    this.#sorted = false;
    if (this.#texts.length > 2 * this.#names.size + DEAD_TEXTS_MAX) this.#inOrder();
  }

  delete(text: string, name: GlobalName): void {
    const names = this.#names.get(text);
    if (names === undefined || !names.delete(name) || names.size > 0) return;
    this.#names.delete(text);
    this.#sorted = false;
  }

  exact(text: string): ReadonlySet<GlobalName> {
    return this.#names.get(text) ?? NONE;
  }

  /** Every text that starts with `prefix`, in order, with the atoms that have it. */
  *startingWith(prefix: string): IterableIterator<readonly [text: string, names: ReadonlySet<GlobalName>]> {
    const texts = this.#inOrder();
    for (let i = lowerBound(texts, prefix); i < texts.length; i += 1) {
      const text = texts[i] as string;
      if (!text.startsWith(prefix)) return;
      yield [text, this.exact(text)];
    }
  }

  /** Sorting waits for a lookup by prefix; it is nearly linear, as only the tail is out of order. */
  #inOrder(): readonly string[] {
    if (this.#sorted) return this.#texts;
    const ordered = this.#texts.filter((text) => this.#names.has(text)).sort();
    // A text that was deleted and added again stands there twice.
    this.#texts = ordered.filter((text, i) => text !== ordered[i - 1]);
    this.#sorted = true;
    return this.#texts;
  }
}

/** The first place in the ordered `texts` whose text is not less than `text`. */
function lowerBound(texts: readonly string[], text: string): number {
  let low = 0;
  let high = texts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((texts[middle] as string) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
