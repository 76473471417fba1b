/** The invariants of durable/core/placement.ts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AtomName, RuntimeName } from "../../durable/core/names.ts";
import { place, type Placement, type PlacementRuntime } from "../../durable/core/placement.ts";

const ATOM = "counter" as AtomName;

function runtime(name: string, ...tags: string[]): PlacementRuntime {
  return { name: name as RuntimeName, tags };
}

function placed(atom: string, on: "one" | "all" | number, runtimes: readonly PlacementRuntime[]): Placement {
  const placement = place(atom as AtomName, { tags: [], on }, runtimes);
  if ("code" in placement) throw new Error(placement.reason);
  return placement;
}

const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9._-]{1,12}$/), { minLength: 2, maxLength: 12 });
const runtimes = names.map((list) => list.map((name) => runtime(name)));
const atoms = fc.uniqueArray(fc.stringMatching(/^[a-z0-9._-]{1,12}$/), { minLength: 1, maxLength: 20 });

describe("placement", () => {
  it("1: runs an atom only where every tag is", () => {
    const all = [runtime("cloud", "cloud"), runtime("edge-1", "edge", "milan"), runtime("edge-2", "edge")];
    const on = (tags: string[]) => place(ATOM, { tags, on: "all" }, all);
    expect(on(["edge"])).toMatchObject({ runtimes: ["edge-1", "edge-2"] });
    expect(on(["edge", "milan"])).toMatchObject({ runtimes: ["edge-1"] });
    expect(on(["cloud", "milan"])).toMatchObject({ code: "NOT_FOUND" });
    expect(place(ATOM, { tags: ["edge"], on: 3 }, all)).toMatchObject({ code: "INVALID" });
  });

  it("2: a runtime that is added takes atoms only onto itself", () => {
    fc.assert(
      fc.property(runtimes, atoms, fc.integer({ min: 1, max: 3 }), (all, list, wanted) => {
        const [added, ...before] = all;
        for (const atom of list) {
          const count = Math.min(wanted, before.length);
          const earlier = new Set(placed(atom, count, before).runtimes);
          const later = placed(atom, count, all).runtimes;
          const moved = later.filter((name) => !earlier.has(name));
          expect(moved.every((name) => name === added?.name)).toBe(true);
          expect(moved.length).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("2: spreads atoms over the runtimes", () => {
    const three = ["a", "b", "c"].map((name) => runtime(name));
    const counts = new Map<string, number>();
    for (let index = 0; index < 3_000; index += 1) {
      const name = placed(`atom-${index}`, "one", three).runtimes[0] ?? "";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  it("3: does not depend on the order of the runtimes", () => {
    fc.assert(
      fc.property(runtimes, fc.integer({ min: 1, max: 3 }), (all, wanted) => {
        const count = Math.min(wanted, all.length);
        const forward = [...placed("x", count, all).runtimes].sort();
        expect([...placed("x", count, [...all].reverse()).runtimes].sort()).toEqual(forward);
      }),
    );
  });

  it("tells why, for each kind of decision", () => {
    const all = [runtime("cloud", "cloud"), runtime("edge-1", "edge"), runtime("edge-2", "edge")];
    const why = (tags: string[], on: "one" | "all" | number, list = all) => {
      const placement = place(ATOM, { tags, on }, list);
      return placement.reason;
    };
    expect(why([], "one", all.slice(0, 1))).toBe("It is the only runtime.");
    expect(why(["cloud"], "one")).toBe('It is the only runtime tagged "cloud".');
    expect(why(["edge"], "all")).toBe('It runs on all 2 runtimes tagged "edge".');
    expect(why(["edge"], 2)).toBe('It runs on 2, and there are 2 runtimes tagged "edge".');
    expect(why(["edge"], "one")).toBe('It runs on 1 of the 2 runtimes tagged "edge", chosen by the hash of the names.');
    expect(why([], "one")).toBe("It runs on 1 of the 3 runtimes, chosen by the hash of the names.");
  });
});
