/**
 * The computing time of a turn. Guest code counts units of work and asks here whenever it has used up a lot of them; the
 * answer is to go on, to let the event loop have its turn first (the end of a slice), or that the turn has had its time.
 *
 * Invariants
 * 1. A slice ends after SLICE_MS_MAX, or after SLICE_UNITS_MAX units should the clock not say how long they took.
 * 2. Time is the clock's as long as that goes while code runs. On Cloudflare it stands still then, and shows the time of a
 *    slice only after the event loop's turn, together with that of others: there a unit counts UNIT_NS_MIN to UNIT_NS_MAX.
 * 3. Time in which the guest waits is no computing time.
 */
import { SLICE_MS_MAX } from "./limits.ts";

/** The units of a lot. A unit is about an instruction before V8 optimizes, so a lot takes some tenths of a millisecond. */
export const LOT_UNITS = 2_000_000;
export const SLICE_UNITS_MAX = 64 * LOT_UNITS;
const UNIT_NS_MIN = 0.03;
const UNIT_NS_MAX = 5;
const NS_PER_MS = 1_000_000;

export type Verdict = "go on" | "pause" | "used up";

export class CpuBudget {
  #usedMs = 0;
  #sliceStartMs: number;
  #sliceUnits = 0;
  /** Up to here the slice's time is counted. */
  #countedMs: number;

  constructor(nowMs: number) {
    this.#sliceStartMs = nowMs;
    this.#countedMs = nowMs;
  }

  /** What the turn has used so far, in ms. */
  get usedMs(): number {
    return this.#usedMs;
  }

  startTurn(): void {
    this.#usedMs = 0;
  }

  /** The guest begins to run, after it waited. */
  startSlice(nowMs: number): void {
    this.#sliceStartMs = nowMs;
    this.#countedMs = nowMs;
    this.#sliceUnits = 0;
  }

  /** Another lot is used up. */
  spend(nowMs: number, limitMs: number): Verdict {
    this.#sliceUnits += LOT_UNITS;
    this.#usedMs += nowMs - this.#countedMs;
    this.#countedMs = nowMs;
    if (this.#usedMs > limitMs) return "used up";
    const isOver = nowMs - this.#sliceStartMs >= SLICE_MS_MAX || this.#sliceUnits >= SLICE_UNITS_MAX;
    return isOver ? "pause" : "go on";
  }

  /** The event loop has had its turn, and the guest goes on. */
  resume(nowMs: number): void {
    const clockStoodStill = this.#countedMs === this.#sliceStartMs;
    if (clockStoodStill) this.#usedMs += this.#estimatedMs(nowMs - this.#countedMs);
    this.startSlice(nowMs);
  }

  /** The time of the slice's units, where the clock shows only that they and others took `elapsedMs`. */
  #estimatedMs(elapsedMs: number): number {
    const [least, most] = [UNIT_NS_MIN, UNIT_NS_MAX].map((ns) => (this.#sliceUnits * ns) / NS_PER_MS);
    return Math.max(least ?? 0, Math.min(most ?? 0, elapsedMs));
  }
}
