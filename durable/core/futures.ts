/**
 * Futures: results that an atom's instance waits for. They live as long as the instance.
 *
 * Invariants
 * 1. A future completes once; what comes later for it is dropped.
 * 2. Completed futures with a callback are handed out in the order of their completion, each once.
 * 3. A future is forgotten when its result was handed out, by `claim` or by a callback; one that the guest gave up, also
 *    when its place is needed.
 * 4. Results that wait hold FUTURE_BYTES_MAX at most: one that does not fit completes its future with BUSY.
 * 5. Only the atom that was asked answers a request: ids are easy to guess.
 */
import { Deadlines } from "./deadlines.ts";
import { failure, type Failure } from "./errors.ts";
import { FUTURE_BYTES_MAX, FUTURES_MAX } from "./limits.ts";
import type { GlobalName } from "./names.ts";
import { Queue } from "./queue.ts";

export type FutureSource = "request" | "timer" | "fetch";
export type Outcome =
  { readonly kind: "completed"; readonly payload: Uint8Array } | { readonly kind: "failed"; readonly failure: Failure };

interface Future {
  readonly id: number;
  readonly source: FutureSource;
  /** Of a request. */
  readonly asked: GlobalName | null;
  outcome: Outcome | null;
  /** Of the callback to run once it completes. */
  token: number | null;
}

/** A completed future whose callback is to run. */
export interface FutureCallback {
  readonly token: number;
  readonly outcome: Outcome;
}

const EMPTY = new Uint8Array(0);
const TOO_MUCH: Outcome = {
  kind: "failed",
  failure: failure(
    "BUSY",
    `The results that the atom has not taken hold ${FUTURE_BYTES_MAX} bytes; this one was dropped.`,
  ),
};

export class Futures {
  readonly #futures = new Map<number, Future>();
  readonly #deadlines = new Deadlines((id) => this.#futures.get(id)?.outcome === null);
  /** Completed, with a callback; one that was forgotten meanwhile is passed over. */
  readonly #callbacks = new Queue<Future>();
  /** Complete, and nobody has to hear of it any more; in the order in which they were given up. */
  readonly #givenUp = new Set<Future>();
  #bytes = 0;
  #callbacksDue = 0;
  #callbacksAwaited = 0;
  readonly #firstId: number;
  #nextId: number;

  /** Ids start at `firstId`, which no earlier instance of the atom reached. */
  constructor(firstId: number) {
    this.#firstId = firstId;
    this.#nextId = firstId;
  }

  get nextId(): number {
    return this.#nextId;
  }
  /** True if there is none, complete or not. */
  get empty(): boolean {
    return this.#futures.size === 0;
  }
  get hasCallback(): boolean {
    return this.#callbacksDue > 0;
  }
  /** True as long as a future with a callback is still to complete. */
  get awaitsCallback(): boolean {
    return this.#callbacksAwaited > 0;
  }

  /** A new future's id, or BUSY. `deadlineMs`: when a timer completes, or a request fails with TIMEOUT. `asked`: who is to answer. */
  create(source: FutureSource, deadlineMs: number, asked: GlobalName | null = null): number | Failure {
    if (this.#futures.size >= FUTURES_MAX) this.#forgetGivenUp();
    if (this.#futures.size >= FUTURES_MAX) {
      return failure("BUSY", `The atom holds ${FUTURES_MAX} futures; await or cancel some first.`);
    }
    const id = this.#nextId++;
    this.#futures.set(id, { id, source, asked, outcome: null, token: null });
    this.#deadlines.add(id, deadlineMs, this.#futures.size);
    return id;
  }

  /** Returns false if the future is unknown or complete already. */
  complete(id: number, outcome: Outcome): boolean {
    const future = this.#futures.get(id);
    if (!future || future.outcome !== null) return false;
    this.#makeRoom(bytesOf(outcome));
    future.outcome = this.#bytes + bytesOf(outcome) > FUTURE_BYTES_MAX ? TOO_MUCH : outcome;
    this.#bytes += bytesOf(future.outcome);
    if (future.token === null) return true;
    this.#callbacksAwaited -= 1;
    this.#queueCallback(future);
    return true;
  }

  /** An atom has answered a request: nothing happens if that was not asked of it. */
  answer(id: number, from: GlobalName, outcome: Outcome): void {
    if (this.#futures.get(id)?.asked === from) this.complete(id, outcome);
  }

  /** The guest cancelled the future or knows its end: its result waits only as long as nothing else needs the place. */
  giveUp(id: number): void {
    const future = this.#futures.get(id);
    if (future?.outcome && future.token === null) this.#givenUp.add(future);
  }

  /** Completes what is due: timers with nothing, everything else with TIMEOUT. */
  tick(nowMs: number): void {
    for (let id = this.#deadlines.takeDue(nowMs); id !== undefined; id = this.#deadlines.takeDue(nowMs)) {
      if (this.#futures.get(id)?.source === "timer") this.complete(id, { kind: "completed", payload: EMPTY });
      else this.complete(id, { kind: "failed", failure: failure("TIMEOUT", "No answer came in the time allowed.") });
    }
  }

  /** When the next future is due, in ms; Infinity if none is. */
  dueAtMs(): number {
    return this.#deadlines.nextAtMs();
  }

  /** The state of a future, or undefined if there is none of this id. */
  peek(id: number): { readonly outcome: Outcome | null } | undefined {
    return this.#futures.get(id);
  }

  /** True if the future is that of a request which is not complete. */
  isOpenRequest(id: number): boolean {
    const future = this.#futures.get(id);
    return future?.source === "request" && future.outcome === null;
  }

  /** True if the future was that of an earlier instance, which nobody waits for any more. */
  isOfEarlierInstance(id: number): boolean {
    return id < this.#firstId;
  }

  /** Hands out the result of a completed future and forgets it. */
  claim(id: number): Outcome | undefined {
    const future = this.#futures.get(id);
    if (!future?.outcome) return undefined;
    this.#forget(future);
    return future.outcome;
  }

  /** Registers the callback; at once due if the future is complete. False if there is no such future. */
  onComplete(id: number, token: number): boolean {
    const future = this.#futures.get(id);
    if (!future) return false;
    const first = future.token === null;
    future.token = token;
    if (!first) return true;
    if (future.outcome === null) this.#callbacksAwaited += 1;
    else this.#queueCallback(future);
    return true;
  }

  takeCallback(): FutureCallback | undefined {
    for (let future = this.#callbacks.shift(); future; future = this.#callbacks.shift()) {
      if (!this.#futures.has(future.id)) continue;
      this.#forget(future);
      return { token: future.token as number, outcome: future.outcome as Outcome };
    }
    return undefined;
  }

  #queueCallback(future: Future): void {
    this.#callbacks.push(future);
    this.#callbacksDue += 1;
  }

  /** Of a completed future only. */
  #forget(future: Future): void {
    this.#futures.delete(future.id);
    this.#givenUp.delete(future);
    this.#bytes -= bytesOf(future.outcome);
    if (future.token !== null) this.#callbacksDue -= 1;
  }

  /** Forgets futures that were given up, the oldest first, until a result of this size has room or none is left. */
  #makeRoom(bytes: number): void {
    while (this.#bytes + bytes > FUTURE_BYTES_MAX && this.#forgetGivenUp());
  }

  /** Returns false if there is none. */
  #forgetGivenUp(): boolean {
    for (const future of this.#givenUp) {
      this.#givenUp.delete(future);
      // A callback may have been registered since.
      if (future.token !== null) continue;
      this.#forget(future);
      return true;
    }
    return false;
  }
}

function bytesOf(outcome: Outcome | null): number {
  return outcome?.kind === "completed" ? outcome.payload.length : 0;
}
