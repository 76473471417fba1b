/**
 * `Idempotency-Key`: a repeated request from outside is one message. A key is known from the moment its message is in
 * the mailbox, with the answer from the moment there is one, for a day.
 *
 * Invariants
 * 1. A key with its message in the mailbox, or with its request open, is `pending`; both are committed together.
 * 2. A key whose message was lost with a volatile mailbox is `new` again, and forgotten: nobody would ever answer it.
 * 3. The store is told to forget what is too old or too much with the first key after a start, and after every
 *    EXPIRE_AFTER_KEYS more: an atom that gets no keys is not woken for them.
 */
import { decodeAnswer, encodeAnswer, type Answer } from "./answer.ts";
import { IDEMPOTENCY_AGE_MS_MAX, IDEMPOTENCY_KEYS_MAX } from "./limits.ts";
import { NO_CHANGES, type Change, type IdempotencyRecord, type Store } from "./store.ts";

const EXPIRE_AFTER_KEYS = 1_000;

/** What a key means now. */
export type KeyState =
  | { readonly kind: "new" }
  /** The first request is under way: its answer will be that of `position`. */
  | { readonly kind: "pending"; readonly position: number }
  | { readonly kind: "answered"; readonly answer: Answer };

export class Idempotency {
  readonly #store: Store;
  readonly #pending = new Map<string, IdempotencyRecord>();
  readonly #keyOf = new Map<number, string>();
  /** Keys that were answered since the last commit. */
  #answered: string[] = [];
  #changes: Change[] = [];
  #begun = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** `isAlive` tells whether the message of a position is in the mailbox, or its request open. */
  restore(pending: readonly IdempotencyRecord[], isAlive: (position: number) => boolean): void {
    for (const record of pending) {
      if (isAlive(record.position)) this.#track(record);
      else this.#changes.push({ kind: "idempotency.delete", key: record.key });
    }
  }

  lookup(key: string): KeyState {
    const record = this.#pending.get(key) ?? this.#store.idempotency(key);
    if (!record) return { kind: "new" };
    if (record.answer === null) {
      return this.#pending.has(key) ? { kind: "pending", position: record.position } : { kind: "new" };
    }
    return { kind: "answered", answer: decodeAnswer(record.answer) };
  }

  /** The key's message is in the mailbox at `position`. */
  begin(key: string, position: number, nowMs: number): void {
    const record: IdempotencyRecord = { key, atMs: nowMs, position, answer: null };
    this.#track(record);
    this.#changes.push({ kind: "idempotency.put", record });
    if (this.#begun % EXPIRE_AFTER_KEYS === 0) this.#expire(nowMs);
    this.#begun += 1;
  }

  /** The message of `position` is answered; nothing happens if it came without a key. */
  end(position: number, answer: Answer): void {
    const key = this.#keyOf.get(position);
    const record = key === undefined ? undefined : this.#pending.get(key);
    if (!record) return;
    this.#keyOf.delete(position);
    const answered = { ...record, answer: encodeAnswer(answer) };
    // It stays pending in memory until the answer is committed, when the store can tell it.
    this.#pending.set(record.key, answered);
    this.#answered.push(record.key);
    this.#changes.push({ kind: "idempotency.put", record: answered });
  }

  changes(): readonly Change[] {
    if (this.#changes.length === 0) return NO_CHANGES;
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  markCommitted(): void {
    if (this.#answered.length === 0) return;
    for (const key of this.#answered) if (this.#pending.get(key)?.answer) this.#pending.delete(key);
    this.#answered = [];
  }

  #track(record: IdempotencyRecord): void {
    this.#pending.set(record.key, record);
    this.#keyOf.set(record.position, record.key);
  }

  #expire(nowMs: number): void {
    this.#changes.push({
      kind: "idempotency.expire",
      beforeMs: nowMs - IDEMPOTENCY_AGE_MS_MAX,
      keep: IDEMPOTENCY_KEYS_MAX,
    });
  }
}
