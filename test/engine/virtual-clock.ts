/** Time for tests: it stands still until a test lets it pass, and then it goes from timer to timer. */
import type { Clock } from "../../durable/clock.ts";

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

/** More timers than this without the awaited thing mean that it never comes. */
const TIMERS_MAX = 10_000;
/** Each turn runs every promise that is ready; a guest that breathes takes a few. */
const QUIET_TURNS = 3;

export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #startMs: number;
  #order = 0;
  #breaths = 0;
  readonly #timers = new Set<Timer>();

  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs - this.#startMs;
  }

  after(ms: number, act: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, order: this.#order++, act };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  async breathe(): Promise<void> {
    this.#breaths += 1;
    await nextTurn();
  }

  /** Runs until nothing happens any more; no time passes. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      const before = this.#breaths;
      await nextTurn();
      if (this.#breaths !== before) quiet = -1;
    }
  }

  /** Lets `ms` pass, timer by timer. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await this.settle();
    for (let timer = this.#next(); timer && timer.atMs <= endMs; timer = this.#next()) await this.#fire(timer);
    this.#nowMs = endMs;
    await this.settle();
  }

  /** Lets as much time pass as `work` needs. */
  async until<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const noted = work.finally(() => (done = true));
    noted.catch(() => undefined);
    await this.settle();
    for (let fired = 0; !done; fired++) {
      const timer = this.#next();
      if (!timer || fired > TIMERS_MAX)
        throw new Error("Nothing happens any more, and what the test waits for did not come.");
      await this.#fire(timer);
    }
    return noted;
  }

  #next(): Timer | undefined {
    return [...this.#timers].sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    this.#nowMs = Math.max(this.#nowMs, timer.atMs);
    timer.act();
    await this.settle();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
