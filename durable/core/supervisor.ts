/**
 * Supervision: when an instance that trapped starts again.
 *
 * Invariants
 * 1. The n-th trap in a row waits RESTART_BACKOFF_MS_MIN * 2^(n-1), RESTART_BACKOFF_MS_MAX at most.
 * 2. An instance that consumed a message, or ran HEALTHY_AFTER_MS, ends the row.
 */
import { HEALTHY_AFTER_MS, RESTART_BACKOFF_MS_MAX, RESTART_BACKOFF_MS_MIN } from "./limits.ts";

export interface Trap {
  readonly atMs: number;
  /** What went wrong, and where in the module. */
  readonly text: string;
}

export class Supervisor {
  #row = 0;
  /** When the instance that runs started; null if none does. */
  #startedAtMs: number | null = null;
  #restarts = 0;
  #lastTrap: Trap | null = null;

  get restarts(): number {
    return this.#restarts;
  }
  get lastTrap(): Trap | null {
    return this.#lastTrap;
  }

  restore(lastTrap: Trap | null): void {
    this.#lastTrap = lastTrap;
  }

  onStart(nowMs: number): void {
    this.#startedAtMs = nowMs;
  }

  onProgress(): void {
    this.#row = 0;
  }

  /** Returns when the next instance may start, in ms. */
  onTrap(text: string, nowMs: number): number {
    const ranMs = this.#startedAtMs === null ? 0 : nowMs - this.#startedAtMs;
    this.#startedAtMs = null;
    if (ranMs >= HEALTHY_AFTER_MS) this.#row = 0;
    this.#row += 1;
    this.#restarts += 1;
    this.#lastTrap = { atMs: nowMs, text };
    return nowMs + Math.min(RESTART_BACKOFF_MS_MAX, RESTART_BACKOFF_MS_MIN * 2 ** Math.min(this.#row - 1, 16));
  }
}
