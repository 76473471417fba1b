/** The futures that blocked code waits for: one an activation at most, the innermost last. */
import type { Atom } from "../core/atom.ts";
import { failure, type Failure } from "../core/errors.ts";
import type { Outcome } from "../core/futures.ts";
import { LONG_WAIT_MS } from "../core/limits.ts";
import type { Host } from "./host.ts";

/** Its outcome stays here for the code that waits, should a callback get it as well. */
interface Awaited {
  readonly id: number;
  outcome: Outcome | null;
  /** When the log is told of it, should it still be waited for. */
  toldAtMs: number;
}

export class AwaitedFutures {
  readonly #atom: Atom;
  readonly #host: Host;
  readonly #awaited: Awaited[] = [];

  constructor(atom: Atom, host: Host) {
    this.#atom = atom;
    this.#host = host;
  }

  get empty(): boolean {
    return this.#awaited.length === 0;
  }

  /** True if code waits for the reply to a request. */
  get hasRequest(): boolean {
    return this.#awaited.some(({ id }) => this.#atom.futures.isOpenRequest(id));
  }

  /** When the log has to be told of the innermost. */
  get toldAtMs(): number {
    return this.#awaited.at(-1)?.toldAtMs ?? Infinity;
  }

  /** Waits for the future within `wait`, which is given the question for its outcome. */
  async during<T>(id: number, wait: (outcome: () => Outcome | Failure | undefined) => Promise<T>): Promise<T> {
    const awaited: Awaited = { id, outcome: null, toldAtMs: this.#host.now() + LONG_WAIT_MS };
    this.#awaited.push(awaited);
    try {
      return await wait(() => this.#outcomeOf(awaited));
    } finally {
      this.#awaited.pop();
    }
  }

  /** Keeps the outcomes that are there, before a callback takes them. */
  note(): void {
    for (const awaited of this.#awaited) awaited.outcome ??= this.#atom.futures.peek(awaited.id)?.outcome ?? null;
  }

  /**
   * Two atoms that ask each other for reasons of their own wait until a timeout, or for ever: that is no cycle that one of them could
   * know of (docs/abi.md, section 6), but it is not kept silent.
   */
  tellLongWait(): void {
    const awaited = this.#awaited.at(-1);
    if (!awaited || this.#host.now() < awaited.toldAtMs) return;
    awaited.toldAtMs = Infinity;
    const { futures, mailbox } = this.#atom;
    if (!futures.isOpenRequest(awaited.id) || !mailbox.hasRequest) return;
    const seconds = LONG_WAIT_MS / 1_000;
    this.#host.log(
      "warn",
      `It has waited ${seconds} s for the answer to a request, while requests wait for it. Should the answer hang on one of those, it does not come before a timeout.`,
    );
  }

  /** A callback may have taken it, or given it up so that it was forgotten. */
  #outcomeOf({ id, outcome }: Awaited): Outcome | Failure | undefined {
    const { futures } = this.#atom;
    const found = futures.claim(id) ?? outcome;
    if (found) return found;
    return futures.peek(id) ? undefined : failure("NOT_FOUND", `The future ${id} was given up while it was awaited.`);
  }
}
