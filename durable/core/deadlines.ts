/**
 * What is due next, of many things: a binary heap of ids by deadline. An id that is no longer of interest stays until
 * its turn, or until such ids are the larger part: then the heap is made anew from what `isLive`.
 */
const REBUILD_AFTER = 64;

export class Deadlines {
  #heap: { readonly atMs: number; readonly id: number }[] = [];
  readonly #isLive: (id: number) => boolean;

  constructor(isLive: (id: number) => boolean) {
    this.#isLive = isLive;
  }

  /** Ids of one deadline come in the order of the ids. `liveCount`: how many ids are of interest at present. */
  add(id: number, atMs: number, liveCount: number): void {
    if (atMs === Infinity) return;
    if (this.#heap.length >= REBUILD_AFTER && this.#heap.length > 2 * liveCount) this.#rebuild();
    this.#heap.push({ atMs, id });
    this.#rise(this.#heap.length - 1);
  }

  /** The next deadline, in ms; Infinity if there is none. */
  nextAtMs(): number {
    for (let first = this.#heap[0]; first; first = this.#heap[0]) {
      if (this.#isLive(first.id)) return first.atMs;
      this.#pop();
    }
    return Infinity;
  }

  /** Takes the id that is due first, if one is due. */
  takeDue(nowMs: number): number | undefined {
    return this.nextAtMs() <= nowMs ? this.#pop() : undefined;
  }

  #pop(): number | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first && last && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return first?.id;
  }

  #rebuild(): void {
    // A sorted array is a heap.
    this.#heap = this.#heap.filter(({ id }) => this.#isLive(id)).sort((a, b) => a.atMs - b.atMs || a.id - b.id);
  }

  #rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    for (let at = from; ;) {
      const left = 2 * at + 1;
      const child = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  /** False if one of the two is not there. */
  #before(a: number, b: number): boolean {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (!first || !second) return false;
    return first.atMs < second.atMs || (first.atMs === second.atMs && first.id < second.id);
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b] as (typeof heap)[number], heap[a] as (typeof heap)[number]];
  }
}
