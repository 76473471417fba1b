/**
 * Who gives way goes on once others had their turn: at the object's next event, and at the latest when the event loop has turned. A turn
 * takes a timer, which platforms round up to a millisecond or more, so one that is under way serves all who wait meanwhile.
 */
import type { Clock } from "./clock.ts";

export class GivingWay {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #turning = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the caller may go on. */
  give(): Promise<void> {
    if (!this.#turning) void this.#turn();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** An event had its turn. */
  goOn(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #turn(): Promise<void> {
    this.#turning = true;
    await this.#clock.breathe();
    this.#turning = false;
    this.goOn();
  }
}
