import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rendezvous } from "../../durable/core/rendezvous.ts";

const candidates = Array.from({ length: 10 }, (_, i) => `edge-${i}/counter`);
const askers = Array.from({ length: 5_000 }, (_, i) => `cloud/asker-${i}`);

describe("rendezvous hashing", () => {
  it("1: the order of the candidates does not matter (property)", () => {
    const name = fc.string({ unit: fc.constantFrom("a", "b", "/", "-"), maxLength: 5 });
    fc.assert(
      fc.property(name, fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), fc.nat(), (asker, names, turn) => {
        const at = turn % names.length;
        const turned = [...names.slice(at), ...names.slice(0, at)].reverse();
        expect(rendezvous(asker, turned)).toBe(rendezvous(asker, names));
      }),
    );
  });

  it("1: a choice never changes between releases, as replicas of two releases must agree", () => {
    expect(askers.slice(0, 5).map((asker) => rendezvous(asker, candidates))).toEqual([
      "edge-8/counter",
      "edge-5/counter",
      "edge-9/counter",
      "edge-0/counter",
      "edge-9/counter",
    ]);
  });

  it("2: one that goes gives away only its own askers", () => {
    const [, gone] = candidates;
    const left = candidates.filter((candidate) => candidate !== gone);
    for (const asker of askers) {
      const before = rendezvous(asker, candidates);
      if (before !== gone) expect(rendezvous(asker, left)).toBe(before);
      else expect(left).toContain(rendezvous(asker, left));
    }
  });

  it("3: askers spread evenly", () => {
    const counts = new Map<string | undefined, number>();
    for (const asker of askers) {
      const chosen = rendezvous(asker, candidates);
      counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
    }
    for (const candidate of candidates) {
      expect(counts.get(candidate)).toBeGreaterThan(400);
      expect(counts.get(candidate)).toBeLessThan(600);
    }
  });

  it("chooses nothing from nothing", () => {
    expect(rendezvous("cloud/a", [])).toBeUndefined();
  });
});
