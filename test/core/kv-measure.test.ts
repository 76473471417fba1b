import { expect, test } from "vitest";
import { BYTES_COUNTED_MAX, KEYS_COUNTED_MAX, measured } from "../../durable/core/kv-measure.ts";
import type { KvEntry } from "../../durable/core/store.ts";

const entries = (count: number, bytes = 1): KvEntry[] =>
  Array.from({ length: count }, (_, index) => [String(index % 10), new Uint8Array(bytes)]);

test("counts keys, and the bytes of keys and values", () => {
  expect(measured([])).toEqual({ keys: 0, bytes: 0, complete: true });
  expect(measured(entries(3, 5))).toEqual({ keys: 3, bytes: 18, complete: true });
});

test("stops at its bounds, and says so", () => {
  expect(measured(entries(KEYS_COUNTED_MAX))).toMatchObject({ keys: KEYS_COUNTED_MAX, complete: true });
  expect(measured(entries(KEYS_COUNTED_MAX + 1))).toMatchObject({ keys: KEYS_COUNTED_MAX, complete: false });
  expect(measured(entries(3, BYTES_COUNTED_MAX / 2))).toMatchObject({ keys: 2, complete: false });
});
