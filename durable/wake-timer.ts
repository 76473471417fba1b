/**
 * One timer for something that is due ever later: it is set only if it would come too late, for a timer that comes too early
 * costs less than one that is set anew with every message.
 */
import type { Clock } from "./clock.ts";

const TIMER_MS_MAX = 2 ** 31 - 1;

export class WakeTimer {
  readonly #clock: Clock;
  readonly #act: () => void;
  #cancel: (() => void) | undefined;
  #atMs = Infinity;

  /** `act` has to look for itself what is due, and to call `by` again for what is not. */
  constructor(clock: Clock, act: () => void) {
    this.#clock = clock;
    this.#act = act;
  }

  /** `act` is called at `atMs` at the latest; Infinity asks for nothing. */
  by(atMs: number): void {
    if (atMs >= this.#atMs) return;
    this.#cancel?.();
    this.#atMs = atMs;
    const waitMs = Math.min(TIMER_MS_MAX, Math.max(0, atMs - this.#clock.now()));
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#atMs = Infinity;
      this.#act();
    });
  }
}
