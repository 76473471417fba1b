/**
 * `Idempotency-Key`: a repeated request from outside is one message. A key is known from the moment its message is in
 * the mailbox, with the answer from the moment there is one, for a day.
 */
import { decodeAnswer, encodeAnswer, type Answer } from "./answer.ts";
import { IDEMPOTENCY_AGE_MS_MAX, IDEMPOTENCY_KEYS_MAX } from "./limits.ts";
import type { Change, IdempotencyRecord, Store } from "./store.ts";

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
  #changes: Change[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  restore(pending: readonly IdempotencyRecord[], nowMs: number): void {
    for (const record of pending) this.#track(record);
    this.#changes.push({
      kind: "idempotency.expire",
      beforeMs: nowMs - IDEMPOTENCY_AGE_MS_MAX,
      keep: IDEMPOTENCY_KEYS_MAX,
    });
  }

  lookup(key: string): KeyState {
    const record = this.#pending.get(key) ?? this.#store.idempotency(key);
    if (!record) return { kind: "new" };
    if (record.answer === null) return { kind: "pending", position: record.position };
    return { kind: "answered", answer: decodeAnswer(record.answer) };
  }

  /** The key's message is in the mailbox at `position`. */
  begin(key: string, position: number, nowMs: number): void {
    const record: IdempotencyRecord = { key, atMs: nowMs, position, answer: null };
    this.#track(record);
    this.#changes.push({ kind: "idempotency.put", record });
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
    this.#changes.push({ kind: "idempotency.put", record: answered });
  }

  changes(): Change[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  markCommitted(): void {
    for (const [key, record] of this.#pending) if (record.answer !== null) this.#pending.delete(key);
  }

  #track(record: IdempotencyRecord): void {
    this.#pending.set(record.key, record);
    this.#keyOf.set(record.position, record.key);
  }
}
