import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "../../durable/core/bytes.ts";
import { SeenBytes } from "../../durable/engine/seen-bytes.ts";

test("what is remembered is what the bytes meant, whatever else was seen and wherever they stand (property)", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "1"), maxLength: 70 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.nat(9))), (ranges) => {
      const seen = new SeenBytes<string>();
      for (const [meant, at] of ranges) {
        const memory = utf8(" ".repeat(at) + meant + "x");
        const found = seen.get(memory, at, meant.length);
        expect([undefined, meant]).toContain(found);
        if (found === undefined) seen.set(memory, at, meant.length, meant);
      }
    }),
  );
});

test("a short range is found again, an empty one as well; a long one is not kept", () => {
  const seen = new SeenBytes<string>();
  for (const key of ["", "cloud/a", "k".repeat(64), "k".repeat(65)]) {
    const memory = utf8(key);
    expect(seen.get(memory, 0, memory.length)).toBeUndefined();
    seen.set(memory, 0, memory.length, key);
    expect(seen.get(utf8(`${key}.`), 0, memory.length)).toBe(key.length <= 64 ? key : undefined);
  }
});

test("changing the memory later changes nothing that is remembered", () => {
  const seen = new SeenBytes<string>();
  const memory = utf8("ab");
  seen.set(memory, 0, 2, "ab");
  memory.set(utf8("cd"));
  expect(seen.get(memory, 0, 2)).toBeUndefined();
  expect(seen.get(utf8("ab"), 0, 2)).toBe("ab");
});
