/**
 * A store in memory: for simulations and tests, and to apply changes to what was loaded. `load` gives back what was
 * committed, as a restart would find it. Like any storage it keeps copies of bytes, and hands out copies.
 */
import { requireRowsFit } from "./row-bound.ts";
import type { Change, DeadLetter, IdempotencyRecord, KeyRange, KvEntry, Loaded, Store } from "./store.ts";

export class MemoryStore implements Store {
  readonly #kv = new Map<string, Uint8Array>();
  readonly #mail = new Map<number, Loaded["mail"][number]>();
  readonly #attempts = new Map<number, Loaded["attempts"][number]>();
  readonly #open = new Map<number, Loaded["open"][number]>();
  readonly #outbox = new Map<string, Loaded["outbox"][number]>();
  readonly #senders = new Map<string, Loaded["senders"][number]>();
  readonly #receivers = new Map<string, Loaded["receivers"][number]>();
  readonly #dead = new Map<number, DeadLetter>();
  readonly #idempotency = new Map<string, IdempotencyRecord>();
  readonly #state = new Map<string, string>();

  load(): Loaded {
    const byFirst = <T extends { first: number }>(a: T, b: T) => a.first - b.first;
    return {
      mail: [...this.#mail.values()].sort(byFirst).map(copied),
      attempts: [...this.#attempts.values()],
      open: [...this.#open.values()].sort((a, b) => a.token - b.token),
      outbox: [...this.#outbox.values()].sort(byFirst).map(copied),
      senders: [...this.#senders.values()],
      receivers: [...this.#receivers.values()],
      idempotency: [...this.#idempotency.values()].filter((record) => record.answer === null),
      deadLetterIdMax: Math.max(0, ...this.#dead.keys()),
      deadLetterCount: this.#dead.size,
      state: new Map(this.#state),
    };
  }

  commit(changes: readonly Change[]): void {
    requireRowsFit(changes);
    this.#check(changes);
    for (const change of changes) this.#apply(change);
  }

  get(key: string): Uint8Array | undefined {
    return this.#kv.get(key)?.slice();
  }

  scan({ start, end, reverse }: KeyRange): Iterable<KvEntry> {
    const keys = [...this.#kv.keys()].filter((key) => key >= start && (end === null || key < end)).sort();
    if (reverse) keys.reverse();
    return keys.map((key) => [key, this.get(key) as Uint8Array] as const);
  }

  deadLetters(after: number, limit: number): DeadLetter[] {
    const letters = [...this.#dead.values()].filter((letter) => letter.id > after);
    return letters
      .sort((a, b) => a.id - b.id)
      .slice(0, limit)
      .map(copied);
  }

  deadLetter(id: number): DeadLetter | undefined {
    const letter = this.#dead.get(id);
    return letter && copied(letter);
  }

  idempotency(key: string): IdempotencyRecord | undefined {
    return this.#idempotency.get(key);
  }

  /** Throws before anything is changed, so that a commit is all or nothing. */
  #check(changes: readonly Change[]): void {
    const ids = new Set(this.#dead.keys());
    for (const change of changes) {
      if (change.kind === "dead.delete") ids.delete(change.id);
      if (change.kind !== "dead.put") continue;
      if (ids.has(change.letter.id)) throw new Error(`There is a dead letter ${change.letter.id} already.`);
      ids.add(change.letter.id);
    }
  }

  #expire(beforeMs: number, keep: number): void {
    const answered = [...this.#idempotency.values()].filter((record) => record.answer !== null);
    const newestFirst = answered.sort((a, b) => b.atMs - a.atMs);
    newestFirst.forEach(({ key, atMs }, index) => {
      if (atMs < beforeMs || index >= keep) this.#idempotency.delete(key);
    });
  }

  #apply(change: Change): void {
    switch (change.kind) {
      case "kv":
        if (change.value === null) this.#kv.delete(change.key);
        else this.#kv.set(change.key, change.value.slice());
        return;
      case "mail.put":
        this.#mail.set(change.record.first, copied(change.record));
        return;
      case "mail.done": {
        const record = this.#mail.get(change.first);
        if (record) this.#mail.set(change.first, { ...record, done: change.done.slice() });
        return;
      }
      case "mail.delete":
        this.#mail.delete(change.first);
        return;
      case "attempt.put":
        this.#attempts.set(change.record.position, change.record);
        return;
      case "attempt.delete":
        this.#attempts.delete(change.position);
        return;
      case "open.put":
        this.#open.set(change.request.token, change.request);
        return;
      case "open.delete":
        this.#open.delete(change.token);
        return;
      case "outbox.put":
        this.#outbox.set(
          `${change.record.peer} ${change.record.channel} ${change.record.first}`,
          copied(change.record),
        );
        return;
      case "outbox.delete":
        for (const [key, { peer, channel, first }] of this.#outbox) {
          if (peer === change.peer && channel === change.channel && first < change.below) this.#outbox.delete(key);
        }
        return;
      case "sender.put":
        this.#senders.set(`${change.record.peer} ${change.record.channel}`, change.record);
        return;
      case "receiver.put":
        this.#receivers.set(`${change.record.peer} ${change.record.channel}`, change.record);
        return;
      case "dead.put":
        this.#dead.set(change.letter.id, copied(change.letter));
        return;
      case "dead.delete":
        this.#dead.delete(change.id);
        return;
      case "idempotency.put":
        this.#idempotency.set(change.record.key, change.record);
        return;
      case "idempotency.delete":
        this.#idempotency.delete(change.key);
        return;
      case "idempotency.expire":
        this.#expire(change.beforeMs, change.keep);
        return;
      case "state":
        this.#state.set(change.name, change.value);
        return;
    }
  }
}

/** A record with its bytes copied. */
function copied<T extends object>(record: T): T {
  const entries = Object.entries(record).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? value.slice() : value,
  ]);
  return Object.fromEntries(entries) as T;
}
