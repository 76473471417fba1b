/**
 * The next turn of the event loop, as one object waits for it. It takes a timer, which platforms round up to a millisecond or more, so one
 * that is under way serves all who wait meanwhile; and every turn that one object waited for is told to the others of the isolate.
 */
import type { Clock } from "./clock.ts";
import type { LoopTurns } from "./loop-turns.ts";

export class NextTurn {
  readonly #clock: Clock;
  readonly #turns: LoopTurns;
  #coming: Promise<void> | undefined;

  constructor(clock: Clock, turns: LoopTurns) {
    this.#clock = clock;
    this.#turns = turns;
  }

  /** Resolves when the event loop has turned. */
  come(): Promise<void> {
    this.#coming ??= this.#come();
    return this.#coming;
  }

  async #come(): Promise<void> {
    try {
      await this.#clock.breathe();
      this.#turns.noteTurned(this.#clock.monotonic());
    } finally {
      this.#coming = undefined;
    }
  }
}
