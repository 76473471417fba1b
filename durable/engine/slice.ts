/**
 * A slice: the turns of a guest between two turns of the event loop.
 *
 * Invariants
 * 1. A slice is over after SLICE_TURNS_MAX turns, SLICE_INSTANCES_MAX new instances, or SLICE_MS_MAX as far as the clock was
 *    looked at.
 * 2. To look at the clock costs as much as to receive a message, so it is looked at after 1, 2, 4, 8, … turns; and sooner if
 *    at the pace so far the slice is over before that. Turns of one length overrun SLICE_MS_MAX by one turn at most.
 */
import { SLICE_INSTANCES_MAX, SLICE_MS_MAX, SLICE_TURNS_MAX } from "../core/limits.ts";

export class Slice {
  readonly #monotonic: () => number;
  #startMs = 0;
  #turns = 0;
  /** After how many turns the clock is looked at again. */
  #lookAtTurns = 1;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
    this.start();
  }

  /** Returns when it started. */
  start(): number {
    this.#startMs = this.#monotonic();
    this.#turns = 0;
    this.#lookAtTurns = 1;
    return this.#startMs;
  }

  countTurns(count: number): void {
    this.#turns += count;
  }

  /** After how many turns more the clock has to be looked at. */
  get turnsToLook(): number {
    return this.#lookAtTurns - this.#turns;
  }

  countInstance(): void {
    this.#turns += SLICE_TURNS_MAX / SLICE_INSTANCES_MAX;
  }

  get over(): boolean {
    if (this.#turns < this.#lookAtTurns) return false;
    const ranMs = this.#monotonic() - this.#startMs;
    if (this.#turns >= SLICE_TURNS_MAX || ranMs >= SLICE_MS_MAX) return true;
    const turnsLeft = Math.ceil((this.#turns * (SLICE_MS_MAX - ranMs)) / Math.max(ranMs, Number.EPSILON));
    this.#lookAtTurns = Math.min(SLICE_TURNS_MAX, this.#turns + Math.min(Math.max(this.#turns, 1), turnsLeft));
    return false;
  }
}
