/** The turns of an event loop, as the objects of one isolate know of them, and when the next one is due: the bounds of loop-watch.ts. */
import { SLICE_MS_MAX } from "./core/limits.ts";

/** A turn costs a timer, so not every step asks for one; but it is asked for early, so that little work comes before patience ends. */
export const ASK_AFTER_MS = SLICE_MS_MAX / 8;
/** A timer is due with the second turn after it was set; a turn that nobody needs costs the objects that wait a millisecond. */
export const PATIENCE_MS = 7;
/** More than there are in that time. */
export const ASK_AFTER_STEPS = 250;
export const PATIENCE_STEPS = 250;

/** When something happened last, and how often something was about to leave since. */
interface Moment {
  readonly atMs: number;
  steps: number;
}

export class LoopTurns {
  #turned: Moment = { atMs: -Infinity, steps: 0 };
  /** null: no turn is asked for. */
  #asked: Moment | null = null;

  /** Something is about to leave: what has to be done for it. */
  step(nowMs: number): "nothing" | "ask" | "wait" {
    if (this.#asked) return passed(this.#asked, nowMs, PATIENCE_MS, PATIENCE_STEPS) ? "wait" : "nothing";
    return passed(this.#turned, nowMs, ASK_AFTER_MS, ASK_AFTER_STEPS) ? "ask" : "nothing";
  }

  noteAsked(nowMs: number): void {
    this.#asked ??= { atMs: nowMs, steps: 0 };
  }

  noteTurned(nowMs: number): void {
    this.#asked = null;
    this.#turned = { atMs: nowMs, steps: 0 };
  }
}

/** Counts a step; true if this much has passed since the moment. */
function passed(since: Moment, nowMs: number, ms: number, steps: number): boolean {
  since.steps += 1;
  return nowMs - since.atMs >= ms || since.steps >= steps;
}
