import { describe, expect, test } from "vitest";
import type { Answer } from "../../durable/core/answer.ts";
import { Idempotency } from "../../durable/core/idempotency.ts";
import { IDEMPOTENCY_AGE_MS_MAX, IDEMPOTENCY_KEYS_MAX } from "../../durable/core/limits.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";

const reply: Answer = { kind: "reply", payload: new Uint8Array([1, 2]) };
const alive = () => true;

function commit(idempotency: Idempotency, store: MemoryStore): void {
  store.commit(idempotency.changes());
  idempotency.markCommitted();
}

function restart(store: MemoryStore, isAlive: (position: number) => boolean = alive): Idempotency {
  const idempotency = new Idempotency(store);
  idempotency.restore(store.load().idempotency, isAlive);
  return idempotency;
}

describe("idempotency keys", () => {
  test("1: a key is new, then pending at its position, then answered", () => {
    const store = new MemoryStore();
    const idempotency = restart(store);
    expect(idempotency.lookup("k")).toEqual({ kind: "new" });
    idempotency.begin("k", 7, 0);
    expect(idempotency.lookup("k")).toEqual({ kind: "pending", position: 7 });
    idempotency.end(7, reply);
    expect(idempotency.lookup("k")).toEqual({ kind: "answered", answer: reply });
    commit(idempotency, store);
    expect(idempotency.lookup("k")).toEqual({ kind: "answered", answer: reply });
  });

  test("1: over a restart a pending key is pending, an answered one answered, an uncommitted one new", () => {
    const store = new MemoryStore();
    const idempotency = restart(store);
    idempotency.begin("answered", 1, 0);
    idempotency.end(1, reply);
    idempotency.begin("pending", 2, 0);
    commit(idempotency, store);
    idempotency.begin("lost", 3, 0);
    const after = restart(store);
    expect(after.lookup("answered")).toEqual({ kind: "answered", answer: reply });
    expect(after.lookup("pending")).toEqual({ kind: "pending", position: 2 });
    expect(after.lookup("lost")).toEqual({ kind: "new" });
    after.end(2, reply);
    commit(after, store);
    expect(restart(store).lookup("pending")).toEqual({ kind: "answered", answer: reply });
  });

  test("an answer that is committed is the store's to keep, and to forget", () => {
    const store = new MemoryStore();
    const idempotency = restart(store);
    idempotency.begin("k", 7, 0);
    idempotency.end(7, reply);
    commit(idempotency, store);
    store.commit([{ kind: "idempotency.expire", beforeMs: 0, keep: 0 }]);
    expect(idempotency.lookup("k")).toEqual({ kind: "new" });
  });

  test("2: a key whose message was lost with a volatile mailbox is new again", () => {
    const store = new MemoryStore();
    const idempotency = restart(store);
    idempotency.begin("lost", 1, 0);
    commit(idempotency, store);
    idempotency.begin("lost, too", 2, 0);
    commit(idempotency, store);
    const after = restart(store, () => false);
    expect(after.lookup("lost")).toEqual({ kind: "new" });
    after.begin("lost", 9, 0);
    expect(after.lookup("lost")).toEqual({ kind: "pending", position: 9 });
    commit(after, store);
    expect(store.load().idempotency.map(({ key, position }) => [key, position])).toEqual([["lost", 9]]);
    expect(after.lookup("lost")).toEqual({ kind: "pending", position: 9 });
  });

  test("an answer to a message without a key changes nothing, nor does a second answer", () => {
    const store = new MemoryStore();
    const idempotency = restart(store);
    commit(idempotency, store);
    idempotency.end(5, reply);
    expect(idempotency.changes()).toEqual([]);
    idempotency.begin("k", 6, 0);
    idempotency.end(6, reply);
    idempotency.end(6, { kind: "reply", payload: new Uint8Array(0) });
    expect(idempotency.lookup("k")).toEqual({ kind: "answered", answer: reply });
  });

  test("3: the store is told to forget with the first key after a start, and as keys come", () => {
    const store = new MemoryStore();
    const idempotency = restart(store, alive);
    expect(idempotency.changes()).toEqual([]);
    idempotency.begin("first", 1_000_000, IDEMPOTENCY_AGE_MS_MAX + 5);
    expect(idempotency.changes()).toContainEqual({
      kind: "idempotency.expire",
      beforeMs: 5,
      keep: IDEMPOTENCY_KEYS_MAX,
    });
    for (let i = 0; i < 2 * IDEMPOTENCY_KEYS_MAX; i++) {
      idempotency.begin(`k${i}`, i, i);
      idempotency.end(i, reply);
      if (i % 100 === 99) commit(idempotency, store);
    }
    const left = Array.from({ length: 2 * IDEMPOTENCY_KEYS_MAX }, (_, i) => store.idempotency(`k${i}`)).filter(Boolean);
    expect(left.length).toBeGreaterThanOrEqual(IDEMPOTENCY_KEYS_MAX);
    expect(left.length).toBeLessThanOrEqual(IDEMPOTENCY_KEYS_MAX + 1_000);
    expect(idempotency.lookup("k0")).toEqual({ kind: "new" });
  });
});
