/**
 * Watches that the event loop turns. All objects of a process share one thread, and as long as messages between objects
 * keep it busy, no timer fires and nothing from outside is read. So an object that is at work asks for a turn, and if that
 * does not come in time, the objects let nothing leave any more until it has: then all come to rest, and the loop turns.
 *
 * Invariants
 * 1. What leaves waits only for a turn that was asked for PATIENCE_MS or PATIENCE_STEPS before, or PATIENCE_MS_MIN where an atom of
 *    the isolate waits for a time that has come: neither the first after an idle spell waits, nor sparse traffic, however long it goes on.
 * 2. A turn is asked for at the latest with the first step that comes ASK_AFTER_MS or ASK_AFTER_STEPS after the last one: so
 *    however many objects share the thread, each lets it turn ASK_AFTER_MS + PATIENCE_MS after the last turn.
 * 3. Steps count as well as time, for deployed clocks stand still between two inputs.
 * 4. Of the objects of an isolate one asks, as far as the others need not wait. Who waits has asked itself, so nobody depends on an
 *    object that may be gone.
 */
import type { Clock } from "./clock.ts";
import type { LoopTurns } from "./loop-turns.ts";
import type { NextTurn } from "./next-turn.ts";

export class LoopWatch {
  readonly #clock: Clock;
  readonly #turns: LoopTurns;
  readonly #nextTurn: NextTurn;
  readonly #waitUntil: (work: Promise<unknown>) => void;
  readonly #onTurn: () => void;
  #asking = false;
  #waiting = false;

  /** `onTurn` is called after each turn that something had to wait for; `waitUntil` is given the work of it, which may fail. */
  constructor(
    clock: Clock,
    turns: LoopTurns,
    nextTurn: NextTurn,
    waitUntil: (work: Promise<unknown>) => void,
    onTurn: () => void,
  ) {
    this.#clock = clock;
    this.#turns = turns;
    this.#nextTurn = nextTurn;
    this.#waitUntil = waitUntil;
    this.#onTurn = onTurn;
  }

  /** Something is about to leave. Returns true if it has to wait for `onTurn`. */
  mustWait(): boolean {
    if (this.#waiting) return true;
    const nowMs = this.#clock.monotonic();
    const due = this.#turns.step(nowMs);
    if (due === "nothing") return false;
    if (!this.#asking) this.#waitUntil(this.#ask(nowMs));
    this.#waiting = due === "wait";
    return this.#waiting;
  }

  async #ask(nowMs: number): Promise<void> {
    this.#asking = true;
    this.#turns.noteAsked(nowMs);
    await this.#nextTurn.come();
    this.#asking = false;
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#onTurn();
  }
}
