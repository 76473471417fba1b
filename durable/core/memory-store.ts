/** A store in memory: for simulations and tests. `load` gives back what was committed, as a restart would find it. */
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
      mail: [...this.#mail.values()].sort(byFirst),
      attempts: [...this.#attempts.values()],
      open: [...this.#open.values()].sort((a, b) => a.token - b.token),
      outbox: [...this.#outbox.values()].sort(byFirst),
      senders: [...this.#senders.values()],
      receivers: [...this.#receivers.values()],
      idempotency: [...this.#idempotency.values()].filter((record) => record.answer === null),
      deadLetterIdMax: Math.max(0, ...this.#dead.keys()),
      deadLetterCount: this.#dead.size,
      state: new Map(this.#state),
    };
  }

  commit(changes: readonly Change[]): void {
    for (const change of changes) this.#apply(change);
  }

  get(key: string): Uint8Array | undefined {
    return this.#kv.get(key);
  }

  scan({ start, end, reverse }: KeyRange): Iterable<KvEntry> {
    const keys = [...this.#kv.keys()].filter((key) => key >= start && (end === null || key < end)).sort();
    if (reverse) keys.reverse();
    return keys.map((key) => [key, this.#kv.get(key) as Uint8Array] as const);
  }

  deadLetters(after: number, limit: number): DeadLetter[] {
    const letters = [...this.#dead.values()].filter((letter) => letter.id > after);
    return letters.sort((a, b) => a.id - b.id).slice(0, limit);
  }

  deadLetter(id: number): DeadLetter | undefined {
    return this.#dead.get(id);
  }

  idempotency(key: string): IdempotencyRecord | undefined {
    return this.#idempotency.get(key);
  }

  #expire(beforeMs: number, keep: number): void {
    const newestFirst = [...this.#idempotency.values()].sort((a, b) => b.atMs - a.atMs);
    newestFirst.forEach(({ key, atMs }, index) => {
      if (atMs < beforeMs || index >= keep) this.#idempotency.delete(key);
    });
  }

  #apply(change: Change): void {
    switch (change.kind) {
      case "kv":
        if (change.value === null) this.#kv.delete(change.key);
        else this.#kv.set(change.key, change.value);
        return;
      case "mail.put":
        this.#mail.set(change.record.first, change.record);
        return;
      case "mail.done": {
        const record = this.#mail.get(change.first);
        if (record) this.#mail.set(change.first, { ...record, done: change.done });
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
        this.#outbox.set(`${change.record.peer} ${change.record.channel} ${change.record.first}`, change.record);
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
        this.#dead.set(change.letter.id, change.letter);
        return;
      case "dead.delete":
        this.#dead.delete(change.id);
        return;
      case "idempotency.put":
        this.#idempotency.set(change.record.key, change.record);
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
