/**
 * Who waits outside the atoms for an answer: each asker is told what became of the message at its position, or
 * that it took too long. One timer serves them all.
 */
import type { Clock } from "./clock.ts";
import { Deadlines } from "./core/deadlines.ts";
import { OUTSIDE_ASKERS_MAX } from "./core/limits.ts";
import { WakeTimer } from "./wake-timer.ts";

interface Asker<T> {
  readonly id: number;
  readonly position: number;
  readonly timeoutMs: number;
  readonly sinceMs: number;
  readonly resolve: (fate: T) => void;
}

export class OutsideAskers<T> {
  readonly #clock: Clock;
  readonly #late: (timeoutMs: number, sinceMs: number) => T;
  readonly #askers = new Map<number, Asker<T>>();
  /** The askers of a position: more than one if an `Idempotency-Key` was repeated. */
  readonly #byPosition = new Map<number, Set<Asker<T>>>();
  readonly #deadlines = new Deadlines((id) => this.#askers.has(id));
  readonly #timer: WakeTimer;
  #nextId = 1;

  /** `late`: what an asker is told that has waited in vain for `timeoutMs`, since `sinceMs`. */
  constructor(clock: Clock, late: (timeoutMs: number, sinceMs: number) => T) {
    this.#clock = clock;
    this.#late = late;
    this.#timer = new WakeTimer(clock, () => this.#tick());
  }

  /** True if no more may wait: repetitions of one key wait for a single message, so the mailbox does not bound them. */
  get crowded(): boolean {
    return this.#askers.size >= OUTSIDE_ASKERS_MAX;
  }

  /** Resolves with what is told of `position`, or with `late`. */
  wait(position: number, timeoutMs: number): Promise<T> {
    return new Promise((resolve) => {
      const sinceMs = this.#clock.now();
      const asker: Asker<T> = { id: this.#nextId++, position, timeoutMs, sinceMs, resolve };
      const deadlineMs = sinceMs + timeoutMs;
      this.#askers.set(asker.id, asker);
      this.#deadlines.add(asker.id, deadlineMs, this.#askers.size);
      const others = this.#byPosition.get(position);
      if (others) others.add(asker);
      else this.#byPosition.set(position, new Set([asker]));
      this.#timer.by(deadlineMs);
    });
  }

  /** Tells everybody who waits for `position`. */
  tell(position: number, fate: T): void {
    for (const asker of this.#byPosition.get(position) ?? []) this.#end(asker, fate);
  }

  /** Tells everybody who waits. */
  tellAll(fate: T): void {
    for (const asker of this.#askers.values()) this.#end(asker, fate);
  }

  #tick(): void {
    const nowMs = this.#clock.now();
    for (let id = this.#deadlines.takeDue(nowMs); id !== undefined; id = this.#deadlines.takeDue(nowMs)) {
      const asker = this.#askers.get(id);
      if (asker) this.#end(asker, this.#late(asker.timeoutMs, asker.sinceMs));
    }
    this.#timer.by(this.#deadlines.nextAtMs());
  }

  #end(asker: Asker<T>, fate: T): void {
    this.#askers.delete(asker.id);
    const others = this.#byPosition.get(asker.position);
    others?.delete(asker);
    if (others?.size === 0) this.#byPosition.delete(asker.position);
    asker.resolve(fate);
  }
}
