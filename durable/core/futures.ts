/**
 * Futures: results that an atom's instance waits for. They live as long as the instance.
 *
 * Invariants
 * 1. A future completes once; what comes later for it is dropped.
 * 2. Completed futures with a callback are handed out in the order of their completion, each once.
 * 3. A future is forgotten when its result was handed out, by `claim` or by a callback.
 */
import { failure, type Failure } from "./errors.ts";
import { FUTURES_MAX } from "./limits.ts";

export type FutureSource = "request" | "timer" | "fetch";
export type Outcome =
  | { readonly kind: "completed"; readonly payload: Uint8Array }
  | { readonly kind: "failed"; readonly failure: Failure };

interface Future {
  readonly id: number;
  readonly source: FutureSource;
  readonly deadlineMs: number;
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
  readonly #callbacks: Future[] = [];
  #nextId: number;

  /** Ids start at `firstId`, which no earlier instance of the atom reached. */
  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  get nextId(): number {
    return this.#nextId;
  }
  get hasCallback(): boolean {
    return this.#callbacks.length > 0;
  }
  /** True as long as a future with a callback is still to complete. */
  get awaitsCallback(): boolean {
    for (const { outcome, token } of this.#futures.values()) if (outcome === null && token !== null) return true;
    return false;
  }

  /** A new future's id, or BUSY. `deadlineMs`: when a timer completes, or a request fails with TIMEOUT. */
  create(source: FutureSource, deadlineMs: number): number | Failure {
    if (this.#futures.size >= FUTURES_MAX) {
      return failure("BUSY", `The atom holds ${FUTURES_MAX} futures; await or cancel some first.`);
    }
    const id = this.#nextId++;
    this.#futures.set(id, { id, source, deadlineMs, outcome: null, token: null });
    return id;
  }

  /** Returns false if the future is unknown or complete already. */
  complete(id: number, outcome: Outcome): boolean {
    const future = this.#futures.get(id);
    if (!future || future.outcome !== null) return false;
    future.outcome = outcome;
    if (future.token !== null) this.#callbacks.push(future);
    return true;
  }

  /** Completes what is due: timers with nothing, everything else with TIMEOUT. */
  tick(nowMs: number): void {
    const due = [...this.#futures.values()].filter((future) => future.outcome === null && future.deadlineMs <= nowMs);
    due.sort((a, b) => a.deadlineMs - b.deadlineMs || a.id - b.id);
    for (const { id, source } of due) {
      if (source === "timer") this.complete(id, { kind: "completed", payload: EMPTY });
      else this.complete(id, { kind: "failed", failure: failure("TIMEOUT", "No answer came in the time allowed.") });
    }
  }

  /** When the next future is due, in ms; Infinity if none is. */
  dueAtMs(): number {
    let due = Infinity;
    for (const future of this.#futures.values()) if (future.outcome === null) due = Math.min(due, future.deadlineMs);
    return due;
  }

  /** The state of a future, or undefined if there is none of this id. */
  peek(id: number): { readonly outcome: Outcome | null } | undefined {
    return this.#futures.get(id);
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
    const queued = this.#callbacks.includes(future);
    future.token = token;
    if (future.outcome !== null && !queued) this.#callbacks.push(future);
    return true;
  }

  takeCallback(): FutureCallback | undefined {
    const future = this.#callbacks.shift();
    if (!future) return undefined;
    this.#futures.delete(future.id);
    return { token: future.token as number, outcome: future.outcome as Outcome };
  }

  #forget(future: Future): void {
    this.#futures.delete(future.id);
    const index = this.#callbacks.indexOf(future);
    if (index >= 0) this.#callbacks.splice(index, 1);
  }
}
