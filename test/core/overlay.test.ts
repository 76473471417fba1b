import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { Overlay } from "../../durable/core/overlay.ts";
import type { Change } from "../../durable/core/store.ts";
import { IDEMPOTENCY_KEYS, journalChange, KEYS } from "./change-arbitraries.ts";

const PEER = "a/b" as GlobalName;
const put = (first: number): Change & { kind: "outbox.put" } => ({
  kind: "outbox.put",
  record: { peer: PEER, channel: "mail", first, count: 1, body: new Uint8Array([first]) },
});
const acked = (below: number): Change & { kind: "outbox.delete" } => ({
  kind: "outbox.delete",
  peer: PEER,
  channel: "mail",
  below,
});

/** What `before` and `after` give in a store. */
function stored(before: readonly Change[], after: Iterable<Change>): unknown {
  const store = new MemoryStore();
  store.commit([...before, ...after]);
  const { attempts, senders, receivers, outbox, ...loaded } = store.load();
  return {
    ...loaded,
    unordered: [...attempts, ...senders, ...receivers, ...outbox].map((each) => Object.entries(each).join()).sort(),
    values: KEYS.map((key) => store.get(key)),
    answers: IDEMPOTENCY_KEYS.map((key) => store.idempotency(key)),
  };
}

function overlayOf(changes: readonly Parameters<Overlay["apply"]>[0][]): Overlay {
  const overlay = new Overlay();
  for (const change of changes) overlay.apply(change);
  return overlay;
}

describe("what a journal holds, coalesced", () => {
  test("(1) gives what all changes give in their order, whatever was there before (property)", () => {
    const list = fc.array(journalChange, { maxLength: 30 });
    fc.assert(
      fc.property(list, list, (before, changes) => {
        expect(stored(before, overlayOf(changes).changes())).toEqual(stored(before, changes));
      }),
      { numRuns: 400 },
    );
  });

  test("(1) bits of a message that is deleted do not bring it back", () => {
    const mail: Change = {
      kind: "mail.put",
      record: { first: 1, count: 1, from: PEER, body: new Uint8Array(1), done: new Uint8Array(1) },
    };
    const after = [
      { kind: "mail.delete", first: 1 } as const,
      { kind: "mail.done", first: 1, done: new Uint8Array([1]) } as const,
    ];
    expect(stored([mail], overlayOf(after).changes())).toEqual(stored([], []));
  });

  test("(2) an ack that comes late takes nothing back", () => {
    const overlay = overlayOf([acked(3), acked(2)]);
    expect([...overlay.changes()]).toEqual([acked(3)]);
  });

  test("(2) of frames that were put and acknowledged the number is left, of others the frame", () => {
    const overlay = overlayOf([put(1), put(2), acked(2), put(3), acked(3)]);
    expect([...overlay.changes()]).toEqual([acked(3), put(3)]);
  });

  test("(3) values are its own, and counted once, however often they change", () => {
    const value = new Uint8Array(100);
    const overlay = overlayOf([{ kind: "kv", key: "a", value }]);
    const kept = overlay.keptBytes;
    overlay.apply({ kind: "kv", key: "a", value });
    overlay.apply({ kind: "kv", key: "a", value: null });
    overlay.apply({ kind: "kv", key: "a", value });
    value[0] = 1;
    expect([overlay.keptBytes, overlay.kv.get("a")?.[0]]).toEqual([kept, 0]);
    overlay.clear();
    expect([overlay.keptBytes, overlay.empty]).toEqual([0, true]);
  });
});
