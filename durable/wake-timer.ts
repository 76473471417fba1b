/**
 * One timer for something that is due ever later: it is set only if it would come too late, for a timer that comes too early
 * costs less than one that is set anew with every message. It goes by steps, because the platform keeps an object in memory
 * as long as it has a timer: one that nobody needs any more is gone within a step.
 */
import type { Clock } from "./clock.ts";

const STEP_MS = 2_000;
/** For an object that stays in memory anyway. */
export const ONE_STEP_MS = 2 ** 31 - 1;

export class WakeTimer {
  readonly #clock: Clock;
  readonly #act: () => void;
  readonly #stepMs: number;
  #cancel: (() => void) | undefined;
  #atMs = Infinity;

  /** `act` has to look for itself what is due, and to call `by` again for what is not. */
  constructor(clock: Clock, act: () => void, stepMs = STEP_MS) {
    this.#clock = clock;
    this.#act = act;
    this.#stepMs = stepMs;
  }

  /** `act` is called at `atMs` at the latest; Infinity asks for nothing. */
  by(atMs: number): void {
    if (atMs >= this.#atMs || atMs === Infinity) return;
    this.#cancel?.();
    const nowMs = this.#clock.now();
    const waitMs = Math.min(this.#stepMs, Math.max(0, atMs - nowMs));
    this.#atMs = nowMs + waitMs;
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#atMs = Infinity;
      this.#act();
    });
  }
}
