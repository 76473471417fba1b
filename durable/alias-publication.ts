/**
 * Tells the naming replica of its runtime which aliases an atom has.
 *
 * Invariants
 * 1. Changes are told as one set with a revision, until the replica has the newest: a failure is tried again.
 * 2. One try at a time; what changed meanwhile goes with the next.
 * 3. Only what was flushed is told.
 */
import type { Clock } from "./clock.ts";
import type { AliasDelta } from "./core/aliases.ts";
import { failure, type Failure } from "./core/errors.ts";

const RETRY_MS = 1_000;

/** What the publication needs of its session. */
export interface AliasOwner {
  /** As they were flushed. */
  aliases(): AliasDelta;
  /** The replica knows a newer revision than the store, which lost it. */
  outrank(revision: number): void;
  /** Flushes, and calls `publish`. */
  settle(): void;
  warn(text: string): void;
  waitUntil(work: Promise<unknown>): void;
}

export class AliasPublication {
  readonly #owner: AliasOwner;
  readonly #tell: (aliases: AliasDelta) => Promise<number>;
  readonly #clock: Clock;
  #revisionTold = 0;
  #attempt: Promise<Failure | undefined> | undefined;
  #resting = false;

  /** `tell` returns the revision that the replica has then; it rejects if that cannot be asked. */
  constructor(owner: AliasOwner, tell: (aliases: AliasDelta) => Promise<number>, clock: Clock) {
    this.#owner = owner;
    this.#tell = tell;
    this.#clock = clock;
  }

  /** True as long as the replica does not have the newest. */
  get undone(): boolean {
    return this.#owner.aliases().revision > this.#revisionTold;
  }

  /** Sees to it that the replica gets what it does not have; returns at once. */
  publish(): void {
    if (this.undone && !this.#attempt && !this.#resting) void this.#try();
  }

  /** Resolves once the replica has all that was flushed before this call; BUSY if it cannot be told now. */
  async published(): Promise<Failure | undefined> {
    const { revision } = this.#owner.aliases();
    while (this.#revisionTold < revision) {
      const failed = await this.#try();
      if (failed) return failed;
    }
    return undefined;
  }

  #try(): Promise<Failure | undefined> {
    if (this.#attempt) return this.#attempt;
    const attempt = this.#tellNow().finally(() => {
      this.#attempt = undefined;
      // What the replica's answer changed is flushed, and what is still undone goes on.
      this.#owner.settle();
    });
    this.#owner.waitUntil(attempt);
    return (this.#attempt = attempt);
  }

  async #tellNow(): Promise<Failure | undefined> {
    const aliases = this.#owner.aliases();
    try {
      const known = await this.#tell(aliases);
      if (known > aliases.revision) this.#owner.outrank(known);
      else this.#revisionTold = aliases.revision;
      return undefined;
    } catch (error) {
      this.#rest(String(error));
      return failure("BUSY", `The atom's own aliases could not be published: ${String(error)}`);
    }
  }

  #rest(reason: string): void {
    if (this.#resting) return;
    this.#resting = true;
    this.#owner.warn(`Aliases could not be published and will be tried again: ${reason}`);
    const rested = new Promise<void>((resolve) => void this.#clock.after(RETRY_MS, resolve));
    this.#owner.waitUntil(
      rested.then(() => {
        this.#resting = false;
        this.#owner.settle();
      }),
    );
  }
}
