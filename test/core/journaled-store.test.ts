import { describe, expect, test } from "vitest";
import { JOURNAL_BOUNDS, type JournalBounds } from "../../durable/core/journaled-store.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import type { Change } from "../../durable/core/store.ts";
import { JournaledMemory } from "./journaled-memory.ts";

const PEER = "a/b" as GlobalName;
const kv = (key: string, bytes: number): Change => ({ kind: "kv", key, value: new Uint8Array(bytes) });
const put = (first: number, bytes = 1): Change => ({
  kind: "outbox.put",
  record: { peer: PEER, channel: "mail", first, count: 1, body: new Uint8Array(bytes) },
});
const acked = (below: number): Change => ({ kind: "outbox.delete", peer: PEER, channel: "mail", below });
const letter: Change = {
  kind: "dead.put",
  letter: { id: 1, atMs: 1, direction: "in", peer: PEER, reason: "", body: new Uint8Array(1) },
};

/** A store with these bounds, and where it writes to. */
function opened(bounds: Partial<JournalBounds> = {}) {
  const memory = new JournaledMemory();
  const store = memory.open({ ...JOURNAL_BOUNDS, ...bounds });
  return { memory, store, commit: (...changes: Change[]) => store.commit(changes) };
}

describe("a journaled store", () => {
  test("writes a commit as one record, and nothing to the tables", () => {
    const { memory, store, commit } = opened();
    commit(kv("a", 1), put(1));
    commit(acked(2));
    expect([memory.journal.length, memory.written]).toEqual([2, []]);
    expect([store.get("a"), memory.get("a")]).toEqual([new Uint8Array(1), undefined]);
  });

  test("writes nothing for a commit without changes", () => {
    const { memory, commit } = opened();
    commit();
    expect([memory.journal.length, memory.written]).toEqual([0, []]);
  });

  test("(2) empties the journal with the commit that it has no room for, and only then", () => {
    const { memory, commit } = opened({ records: 2 });
    for (const key of ["a", "b", "c", "d"]) commit(kv(key, 1));
    expect(memory.written).toEqual([[kv("a", 1), kv("b", 1), kv("c", 1)]]);
    expect(memory.journal.length).toBe(1);
  });

  test("(2) a frame that is acknowledged by then never gets to the tables", () => {
    const { memory, commit } = opened({ records: 3 });
    commit(put(1), put(2));
    commit(acked(2), put(3));
    commit(acked(3));
    commit(acked(4), put(4));
    expect(memory.written).toEqual([[acked(4), put(4)]]);
  });

  test("(2) bytes in storage are bounded: what has no room in the journal is written to the tables alone", () => {
    const { memory, commit } = opened({ bytes: 1_000 });
    commit(put(1, 400));
    commit(acked(2), put(2, 400));
    expect([memory.written, memory.journal.length]).toEqual([[], 2]);
    commit(acked(3), put(3, 400));
    expect([memory.written, memory.journal]).toEqual([[[acked(3), put(3, 400)]], []]);
  });

  test("(2) bytes in memory are bounded, of which those of frames are none", () => {
    const { memory, commit } = opened({ keptBytes: 1_000 });
    commit(put(1, 2_000), kv("a", 300));
    commit(kv("a", 300));
    commit(kv("a", 300));
    expect(memory.written).toEqual([]);
    commit(kv("b", 500));
    expect([memory.written.length, memory.journal.length]).toEqual([1, 0]);
    commit(kv("c", 2_000));
    expect([memory.written[1], memory.journal.length]).toEqual([[kv("c", 2_000)], 0]);
  });

  test("(2) a large commit is written to the tables alone", () => {
    const { memory, commit } = opened();
    const half = JOURNAL_BOUNDS.recordBytes / 2;
    commit(put(1, half), put(2, half));
    expect([memory.written.length, memory.journal.length]).toEqual([0, 1]);
    commit(put(3, half), put(4, half + 1));
    expect([memory.written.map((changes) => changes.length), memory.journal.length]).toEqual([[4], 0]);
  });

  test("(3) a dead letter takes all that came before it along to the tables", () => {
    const { memory, commit } = opened();
    commit(kv("a", 1));
    commit(letter, kv("a", 2));
    expect([memory.written, memory.journal]).toEqual([[[kv("a", 1), letter, kv("a", 2)]], []]);
  });

  test("(4) a checkpoint that throws leaves the journal as it was", () => {
    const { memory, store, commit } = opened();
    commit(letter);
    commit(kv("a", 1));
    expect(() => commit(kv("a", 2), letter)).toThrow("a dead letter 1 already");
    expect([store.get("a"), memory.journal.length]).toEqual([new Uint8Array(1), 1]);
    commit(kv("b", 1));
    expect(memory.open().get("a")).toEqual(new Uint8Array(1));
  });

  test("(1) a start counts what it finds: the bounds hold over restarts", () => {
    const { memory } = opened();
    for (const key of ["a", "b", "c", "d"]) memory.open({ ...JOURNAL_BOUNDS, records: 2 }).commit([kv(key, 1)]);
    expect([memory.written.length, memory.journal.length]).toEqual([1, 1]);
  });

  test("(1) a start counts the bytes, too, and a checkpoint begins to count anew", () => {
    const { memory } = opened();
    const written = [1, 2, 3, 4].map((first) => {
      const store = memory.open({ ...JOURNAL_BOUNDS, bytes: 1_000 });
      store.commit([put(first, 400)]);
      if (first === 3) store.commit([put(9, 400)]);
      return memory.written.length;
    });
    expect([written, memory.journal.length]).toEqual([[0, 0, 1, 1], 2]);
  });

  test("named values are read from wherever they are", () => {
    const { memory, store, commit } = opened({ records: 1 });
    const state = (name: string, value: string): Change => ({ kind: "state", name, value });
    commit(state("a", "1"));
    commit(state("b", "1"));
    commit(state("b", "2"));
    expect(["a", "b", "c"].map((name) => store.state(name))).toEqual(["1", "2", undefined]);
    expect(["a", "b"].map((name) => memory.state(name))).toEqual(["1", "1"]);
  });

  test("a journal that cannot be read is not passed over: the start fails and names the record", () => {
    const { memory, commit } = opened();
    commit(kv("a", 1));
    commit(kv("b", 1));
    memory.journal[1] = (memory.journal[1] as Uint8Array).subarray(0, 9);
    expect(() => memory.open()).toThrow("Record 2 of the journal cannot be read: RangeError");
  });
});
