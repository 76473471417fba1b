/**
 * Watches that the event loop turns. All objects of a process share one thread, and as long as messages between objects
 * keep it busy, no timer fires and nothing from outside is read. So an object whose work has gone on for a while asks for
 * a turn, and lets nothing leave any more until it had one: then its peers come to rest as well, and the loop turns.
 */
import type { Clock } from "./clock.ts";
import { SLICE_MS_MAX } from "./core/limits.ts";

/** Half a slice: mostly the loop turns by itself, and then nothing ever waits. */
const ASK_AFTER_MS = SLICE_MS_MAX / 2;

export class LoopWatch {
  readonly #clock: Clock;
  readonly #onTurn: () => void;
  /** The first work since the loop last turned, as far as is known; null: there was none. */
  #busySinceMs: number | null = null;
  #asked = false;

  /** `onTurn` is called after each turn that was asked for. */
  constructor(clock: Clock, onTurn: () => void) {
    this.#clock = clock;
    this.#onTurn = onTurn;
  }

  /** Something is about to leave. Returns true if it has to wait for `onTurn`. */
  mustWait(): boolean {
    const nowMs = this.#clock.monotonic();
    this.#busySinceMs ??= nowMs;
    const busyMs = nowMs - this.#busySinceMs;
    if (!this.#asked && busyMs >= ASK_AFTER_MS) void this.#ask();
    return this.#asked && busyMs >= SLICE_MS_MAX;
  }

  async #ask(): Promise<void> {
    this.#asked = true;
    await this.#clock.breathe();
    this.#asked = false;
    this.#busySinceMs = null;
    this.#onTurn();
  }
}
