/**
 * Futures: results that an atom's instance waits for. They live as long as the instance.
 *
 * Invariants
 * 1. A future completes once; what comes later for it is dropped.
 * 2. Completed futures with a callback are handed out in the order of their completion, each once.
 * 3. A future is forgotten when its result was handed out, by `claim` or by a callback; a cancelled one that nobody
 *    asks for, also when its place is needed.
 */
import { Deadlines } from "./deadlines.ts";
import { failure, type Failure } from "./errors.ts";
import { FUTURES_MAX } from "./limits.ts";
import { Queue } from "./queue.ts";

export type FutureSource = "request" | "timer" | "fetch";
export type Outcome =
  { readonly kind: "completed"; readonly payload: Uint8Array } | { readonly kind: "failed"; readonly failure: Failure };

interface Future {
  readonly id: number;
  readonly source: FutureSource;
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

export class Futures {
  readonly #futures = new Map<number, Future>();
  readonly #deadlines = new Deadlines((id) => this.#futures.get(id)?.outcome === null);
  /** Completed, with a callback; one that was forgotten meanwhile is passed over. */
  readonly #callbacks = new Queue<Future>();
  /** In the order of their cancellation; with no callback then. */
  readonly #cancelled = new Set<Future>();
  #callbacksDue = 0;
  #callbacksAwaited = 0;
  #nextId: number;

  /** Ids start at `firstId`, which no earlier instance of the atom reached. */
  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  get nextId(): number {
    return this.#nextId;
  }
  get hasCallback(): boolean {
    return this.#callbacksDue > 0;
  }
  /** True as long as a future with a callback is still to complete. */
  get awaitsCallback(): boolean {
    return this.#callbacksAwaited > 0;
  }

  /** A new future's id, or BUSY. `deadlineMs`: when a timer completes, or a request fails with TIMEOUT. */
  create(source: FutureSource, deadlineMs: number): number | Failure {
    if (this.#futures.size >= FUTURES_MAX) this.#forgetCancelled();
    if (this.#futures.size >= FUTURES_MAX) {
      return failure("BUSY", `The atom holds ${FUTURES_MAX} futures; await or cancel some first.`);
    }
    const id = this.#nextId++;
    this.#futures.set(id, { id, source, outcome: null, token: null });
    this.#deadlines.add(id, deadlineMs, this.#futures.size);
    return id;
  }

  /** Returns false if the future is unknown or complete already. */
  complete(id: number, outcome: Outcome): boolean {
    const future = this.#futures.get(id);
    if (!future || future.outcome !== null) return false;
    future.outcome = outcome;
    if (future.token !== null) {
      this.#callbacksAwaited -= 1;
      this.#queueCallback(future);
    } else if (outcome.kind === "failed" && outcome.failure.code === "CANCELLED") {
      this.#cancelled.add(future);
    }
    return true;
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
    this.#cancelled.delete(future);
    if (future.token !== null) this.#callbacksDue -= 1;
  }

  #forgetCancelled(): void {
    for (const future of this.#cancelled) {
      this.#cancelled.delete(future);
      if (future.token === null) return this.#forget(future);
    }
  }
}
