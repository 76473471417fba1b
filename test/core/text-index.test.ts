import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GlobalName } from "../../durable/core/names.ts";
import { TextIndex } from "../../durable/core/text-index.ts";

const text = fc.string({ unit: fc.constantFrom("a", "b", "-", "é", "😀"), maxLength: 4 });
const name = fc.constantFrom("r/x", "r/y", "s/x").map((each) => each as GlobalName);
const step = fc.record({ kind: fc.constantFrom("add", "add", "delete", "read"), text, name });

function rowsOf(index: TextIndex, prefix: string): [string, string[]][] {
  return [...index.startingWith(prefix)].map(([each, names]) => [each, [...names].sort()]);
}

describe("the index of texts", () => {
  it("1: finds what a scan over everything finds (property)", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), text, (steps, prefix) => {
        const index = new TextIndex();
        const scan = new Map<string, Set<string>>();
        for (const each of steps) {
          if (each.kind === "read") rowsOf(index, each.text);
          else if (each.kind === "add") {
            index.add(each.text, each.name);
            scan.set(each.text, (scan.get(each.text) ?? new Set()).add(each.name));
          } else {
            index.delete(each.text, each.name);
            scan.get(each.text)?.delete(each.name);
          }
        }
        const living = [...scan].filter(([, names]) => names.size > 0);
        const expected = living.filter(([each]) => each.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
        expect(rowsOf(index, prefix)).toEqual(expected.map(([each, names]) => [each, [...names].sort()]));
        expect([...index.exact(prefix)].sort()).toEqual([...(scan.get(prefix) ?? [])].sort());
        expect(index.empty).toBe(living.length === 0);
      }),
    );
  });

  it("2: is as small after many texts have come and gone as before", () => {
    const index = new TextIndex();
    for (let i = 0; i < 10_000; i += 1) {
      index.add(`room-${i}`, "r/x" as GlobalName);
      index.delete(`room-${i}`, "r/x" as GlobalName);
    }
    expect(index.empty).toBe(true);
    expect(rowsOf(index, "")).toEqual([]);
  });
});
