/** Who gives way goes on once others had their turn: at the object's next event, and at the latest when the event loop has turned. */
import type { NextTurn } from "./next-turn.ts";

export class GivingWay {
  readonly #nextTurn: NextTurn;
  #waiting: (() => void)[] = [];

  constructor(nextTurn: NextTurn) {
    this.#nextTurn = nextTurn;
  }

  /** Resolves when the caller may go on. */
  give(): Promise<void> {
    if (this.#waiting.length === 0) void this.#nextTurn.come().then(() => this.goOn());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** An event had its turn. */
  goOn(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
