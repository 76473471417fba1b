/**
 * Virtual time, and the one list of everything that is still to happen.
 *
 * Invariants
 * 1. One event happens at a time, and every promise that it made ready has run before the next one begins: all
 *    interleavings are orders of events.
 * 2. Events of the same moment happen in an order drawn from the seed.
 * 3. Time only passes from one event to the next.
 */
import type { Random } from "./random.ts";

interface Event {
  readonly atMs: number;
  readonly lot: number;
  readonly act: () => void;
  cancelled: boolean;
}

export class Scheduler {
  readonly startMs: number;
  #nowMs: number;
  readonly #random: Random;
  /** A binary heap. */
  readonly #events: Event[] = [];

  constructor(startMs: number, random: Random) {
    this.startMs = startMs;
    this.#nowMs = startMs;
    this.#random = random;
  }

  now(): number {
    return this.#nowMs;
  }

  /** Since the start. */
  elapsed(): number {
    return this.#nowMs - this.startMs;
  }

  /** Returns the function that calls the event off. */
  after(ms: number, act: () => void): () => void {
    const event = { atMs: this.#nowMs + Math.max(0, ms), lot: this.#random.next(), act, cancelled: false };
    this.#events.push(event);
    this.#siftUp(this.#events.length - 1);
    return () => {
      event.cancelled = true;
    };
  }

  /** When something next happens; Infinity if nothing does. */
  nextAtMs(): number {
    while (this.#events[0]?.cancelled) this.#pop();
    return this.#events[0]?.atMs ?? Infinity;
  }

  /** Lets the next event happen, and all that follows from it at once. */
  async step(): Promise<void> {
    const atMs = this.nextAtMs();
    const event = this.#pop();
    if (!event) return;
    this.#nowMs = atMs;
    event.act();
    await drained();
  }

  passTo(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  #pop(): Event | undefined {
    const first = this.#events[0];
    const last = this.#events.pop();
    if (last && last !== first) {
      this.#events[0] = last;
      this.#siftDown(0);
    }
    return first;
  }

  #siftUp(start: number): void {
    for (let child = start; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  #siftDown(start: number): void {
    for (let parent = start; ;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) if (this.#before(child, least)) least = child;
      if (least === parent) return;
      this.#swap(least, parent);
      parent = least;
    }
  }

  #before(a: number, b: number): boolean {
    const [first, second] = [this.#events[a], this.#events[b]];
    if (!first || !second) return false;
    return first.atMs < second.atMs || (first.atMs === second.atMs && first.lot < second.lot);
  }

  #swap(a: number, b: number): void {
    [this.#events[a], this.#events[b]] = [this.#events[b] as Event, this.#events[a] as Event];
  }
}

/** Every promise that is ready has run: nothing here waits for the outside world, so one turn of the event loop is enough. */
export function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
