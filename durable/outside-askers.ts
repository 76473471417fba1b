/**
 * Who waits outside the atoms for an answer: each asker gets the answer to the message of its position, or TIMEOUT. One timer
 * serves them all.
 */
import type { Clock } from "./clock.ts";
import type { Answer } from "./core/answer.ts";
import { Deadlines } from "./core/deadlines.ts";
import type { Failure } from "./core/errors.ts";
import { WakeTimer } from "./wake-timer.ts";

interface Asker {
  readonly id: number;
  readonly position: number;
  readonly timeoutMs: number;
  readonly resolve: (answer: Answer) => void;
}

export class OutsideAskers {
  readonly #clock: Clock;
  readonly #late: (timeoutMs: number) => Failure;
  readonly #askers = new Map<number, Asker>();
  /** The askers of a position: more than one if an `Idempotency-Key` was repeated. */
  readonly #byPosition = new Map<number, Set<Asker>>();
  readonly #deadlines = new Deadlines((id) => this.#askers.has(id));
  readonly #timer: WakeTimer;
  #nextId = 1;

  /** `late`: the failure of an asker that waited `timeoutMs` in vain. */
  constructor(clock: Clock, late: (timeoutMs: number) => Failure) {
    this.#clock = clock;
    this.#late = late;
    this.#timer = new WakeTimer(clock, () => this.#tick());
  }

  /** The answer to the message at `position`, or TIMEOUT. */
  wait(position: number, timeoutMs: number): Promise<Answer> {
    return new Promise((resolve) => {
      const asker: Asker = { id: this.#nextId++, position, timeoutMs, resolve };
      const deadlineMs = this.#clock.now() + timeoutMs;
      this.#askers.set(asker.id, asker);
      this.#deadlines.add(asker.id, deadlineMs, this.#askers.size);
      const others = this.#byPosition.get(position);
      if (others) others.add(asker);
      else this.#byPosition.set(position, new Set([asker]));
      this.#timer.by(deadlineMs);
    });
  }

  answer(position: number, answer: Answer): void {
    for (const asker of this.#byPosition.get(position) ?? []) this.#end(asker, answer);
  }

  #tick(): void {
    const nowMs = this.#clock.now();
    for (let id = this.#deadlines.takeDue(nowMs); id !== undefined; id = this.#deadlines.takeDue(nowMs)) {
      const asker = this.#askers.get(id);
      if (asker) this.#end(asker, { kind: "failure", failure: this.#late(asker.timeoutMs) });
    }
    this.#timer.by(this.#deadlines.nextAtMs());
  }

  #end(asker: Asker, answer: Answer): void {
    this.#askers.delete(asker.id);
    const others = this.#byPosition.get(asker.position);
    others?.delete(asker);
    if (others?.size === 0) this.#byPosition.delete(asker.position);
    asker.resolve(answer);
  }
}
