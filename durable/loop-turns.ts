/** The turns of an event loop, as the objects of one isolate know of them, and when the next one is due: the bounds of loop-watch.ts. */
import { SLICE_MS_MAX } from "./core/limits.ts";

/** A turn costs a timer, so not every step asks for one; but it is asked for early, so that little work comes before patience ends. */
export const ASK_AFTER_MS = SLICE_MS_MAX / 8;
/** A turn that nobody needs costs the objects that wait a millisecond. What comes from outside may need it, which nobody can tell before. */
export const PATIENCE_MS = 14;
/** The same where an atom's timer is due. A turn that comes by itself has come by then: a timer is due with the second one after it was set. */
export const PATIENCE_MS_MIN = 3;
/** More than there are in that time. */
export const ASK_AFTER_STEPS = 250;
export const PATIENCE_STEPS = 2_000;

/** Who is so late is gone: the platform forgets objects without a word. */
const SLEEPER_LATE_MS_MAX = 1_000;

/** An atom that waits for a time. */
export interface Sleeper {
  /** By the monotonic clock. */
  readonly dueAtMs: number;
}

/** When something happened last, and how often something was about to leave since. */
interface Moment {
  readonly atMs: number;
  steps: number;
}

export class LoopTurns {
  #turned: Moment = { atMs: -Infinity, steps: 0 };
  /** null: no turn is asked for. */
  #asked: Moment | null = null;
  readonly #sleepers = new Set<Sleeper>();
  /** When the first of them is due. */
  #dueAtMs = Infinity;

  /** Something is about to leave: what has to be done for it. */
  step(nowMs: number): "nothing" | "ask" | "wait" {
    if (this.#asked) {
      const patienceMs = nowMs >= this.#dueAtMs ? PATIENCE_MS_MIN : PATIENCE_MS;
      return passed(this.#asked, nowMs, patienceMs, PATIENCE_STEPS) ? "wait" : "nothing";
    }
    return passed(this.#turned, nowMs, ASK_AFTER_MS, ASK_AFTER_STEPS) ? "ask" : "nothing";
  }

  noteAsked(nowMs: number): void {
    if (this.#asked) return;
    this.#asked = { atMs: nowMs, steps: 0 };
    // Looked for once a turn, so that to sleep and to wake up costs the same however many do.
    this.#dueAtMs = Infinity;
    for (const sleeper of this.#sleepers) {
      if (sleeper.dueAtMs < nowMs - SLEEPER_LATE_MS_MAX) this.#sleepers.delete(sleeper);
      else this.#dueAtMs = Math.min(this.#dueAtMs, sleeper.dueAtMs);
    }
  }

  /** It waits for its time from now on. */
  sleeps(sleeper: Sleeper): void {
    this.#sleepers.add(sleeper);
    this.#dueAtMs = Math.min(this.#dueAtMs, sleeper.dueAtMs);
  }

  wakes(sleeper: Sleeper): void {
    this.#sleepers.delete(sleeper);
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
