import { describe, expect, test } from "vitest";
import { DeadLetters } from "../../durable/core/dead-letters.ts";
import { decodeEnvelopes, type Envelope } from "../../durable/core/envelope.ts";
import { DEAD_LETTERS_MAX } from "../../durable/core/limits.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";

const message: Envelope = { kind: "message", payload: new Uint8Array([7]) };
const letter = { atMs: 5, direction: "in" as const, peer: "" as const, reason: "It trapped the atom." };

function restart(store: MemoryStore): DeadLetters {
  return new DeadLetters(store, store.load());
}

function ids(letters: DeadLetters, after = 0, limit = 100): number[] {
  return letters.list(after, limit).map(({ id }) => id);
}

describe("dead letters", () => {
  test("3: what was buried is seen at once, and stored with the next commit", () => {
    const store = new MemoryStore();
    const letters = restart(store);
    expect(letters.bury(message, letter)).toBe(false);
    expect(letters.get(1)).toMatchObject({ ...letter, id: 1 });
    expect(decodeEnvelopes(letters.get(1)?.body as Uint8Array)).toEqual([message]);
    expect([store.deadLetter(1), letters.count]).toEqual([undefined, 1]);
    store.commit(letters.changes());
    expect([store.deadLetter(1)?.reason, ids(letters), letters.changes()]).toEqual([letter.reason, [1], []]);
  });

  test("3: what was dropped is gone at once, and only once", () => {
    const store = new MemoryStore();
    const letters = restart(store);
    for (let i = 0; i < 3; i++) letters.bury(message, letter);
    store.commit(letters.changes());
    letters.bury(message, letter);
    expect([letters.drop(2), letters.drop(2), letters.drop(4), letters.drop(9), letters.drop(0)]).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
    expect([ids(letters), letters.count, letters.get(2), letters.get(4)]).toEqual([[1, 3], 2, undefined, undefined]);
    store.commit(letters.changes());
    expect([ids(letters), restart(store).count]).toEqual([[1, 3], 2]);
  });

  test("letters are listed by pages, the oldest first, stored or not", () => {
    const store = new MemoryStore();
    const letters = restart(store);
    for (let i = 0; i < 4; i++) letters.bury(message, letter);
    store.commit(letters.changes());
    letters.drop(1);
    letters.bury(message, letter);
    letters.bury(message, letter);
    expect([ids(letters, 0, 2), ids(letters, 3, 2), ids(letters, 5, 2), ids(letters, 6, 2)]).toEqual([
      [2, 3],
      [4, 5],
      [6],
      [],
    ]);
  });

  test("2: ids are never given again, not even after the letter and a restart are gone", () => {
    const store = new MemoryStore();
    const letters = restart(store);
    letters.bury(message, letter);
    store.commit(letters.changes());
    letters.drop(1);
    store.commit(letters.changes());
    const after = restart(store);
    after.bury(message, letter);
    expect(ids(after)).toEqual([2]);
  });

  test("1: when there are too many, each new one drops an old one and says so", () => {
    const store = new MemoryStore();
    const letters = restart(store);
    for (let i = 0; i < DEAD_LETTERS_MAX; i++) expect(letters.bury(message, letter)).toBe(false);
    store.commit(letters.changes());
    letters.drop(2);
    expect([letters.bury(message, letter), letters.bury(message, letter)]).toEqual([true, false]);
    expect(letters.count).toBe(DEAD_LETTERS_MAX);
    store.commit(letters.changes());
    expect([ids(letters, 0, 1), store.load().deadLetterCount]).toEqual([[3], DEAD_LETTERS_MAX]);
  });
});
