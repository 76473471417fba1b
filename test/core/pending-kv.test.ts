import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import { readKey, scanRange, type KvLayer } from "../../durable/core/pending-kv.ts";

const key = fc
  .array(fc.constantFrom("\x00", "a", "b", "\x7f", "\x80", "\xff"), { maxLength: 2 })
  .map((chars) => chars.join(""));
const value = fc.uint8Array({ minLength: 0, maxLength: 2 });
const layer: fc.Arbitrary<KvLayer> = fc
  .array(fc.tuple(key, fc.option(value)), { maxLength: 8 })
  .map((entries) => new Map(entries));

function storeOf(entries: KvLayer): MemoryStore {
  const store = new MemoryStore();
  store.commit([...entries].map(([name, bytes]) => ({ kind: "kv", key: name, value: bytes })));
  return store;
}

/** What is there when the layers, newest first, are written over the store one after the other. */
function modelOf(layers: readonly KvLayer[], stored: KvLayer): Map<string, Uint8Array> {
  const model = new Map<string, Uint8Array>();
  for (const each of [stored, ...layers.toReversed()]) {
    for (const [name, bytes] of each) {
      if (bytes === null) model.delete(name);
      else model.set(name, bytes);
    }
  }
  return model;
}

describe("key-value reads", () => {
  test("a key's value is that of the newest layer that speaks of it (property)", () => {
    fc.assert(
      fc.property(layer, layer, layer, key, (turn, pending, stored, name) => {
        expect(readKey([turn, pending], storeOf(stored), name)).toEqual(modelOf([turn, pending], stored).get(name));
      }),
    );
  });

  test("a scan gives what a store would give that had all layers in it, in both directions (property)", () => {
    fc.assert(
      fc.property(
        layer,
        layer,
        layer,
        key,
        fc.option(key),
        fc.boolean(),
        (turn, pending, stored, start, end, reverse) => {
          const range = { start, end, reverse };
          const layered = [...scanRange([turn, pending], storeOf(stored), range)];
          const model = storeOf(modelOf([turn, pending], stored));
          expect(layered).toEqual([...model.scan(range)]);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("a scan that is broken off has read no further than it had to", () => {
    let read = 0;
    const store = new MemoryStore();
    store.scan = function* () {
      for (;;) yield [String.fromCharCode(97 + read++), new Uint8Array(0)];
    };
    for (const [name] of scanRange([], store, { start: "", end: null, reverse: false })) if (name === "c") break;
    expect(read).toBe(3);
  });
});
