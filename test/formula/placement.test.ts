/** The invariants of durable/core/placement.ts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AtomName, RuntimeName } from "../../durable/core/names.ts";
import { place, type Placement, type PlacementRule, type PlacementRuntime } from "../../durable/core/placement.ts";

const ATOM = "counter" as AtomName;

function runtime(name: string, ...tags: string[]): PlacementRuntime {
  return { name: name as RuntimeName, tags };
}

function placed(atom: string, rule: Partial<PlacementRule>, runtimes: readonly PlacementRuntime[]): Placement {
  const placement = place(atom as AtomName, { tags: [], on: "one", ...rule }, runtimes);
  if ("code" in placement) throw new Error(placement.reason);
  return placement;
}

const text = fc.stringMatching(/^[a-z0-9._-]{1,12}$/);
const atoms = fc.uniqueArray(text, { minLength: 1, maxLength: 20 });
const TAGS = ["milan", "rome", "large", "ssd"];
const tags = fc.subarray(TAGS);
const runtimes = fc
  .uniqueArray(fc.record({ name: text, tags }), { minLength: 2, maxLength: 12, selector: ({ name }) => name })
  .map((list) => list.map((each) => runtime(each.name, ...each.tags)));
const shuffled = (list: readonly string[]) => fc.shuffledSubarray([...list]);
const rules = fc.record({
  on: fc.oneof(fc.constant("one" as const), fc.constant("all" as const), fc.integer({ min: 1, max: 5 })),
  prefer: shuffled(TAGS),
  spread: shuffled(TAGS),
});

/** The rule for as many runtimes as there are. */
function within(rule: PlacementRuleOf, runtimes: readonly unknown[]): PlacementRuleOf {
  return typeof rule.on === "number" ? { ...rule, on: Math.min(rule.on, runtimes.length) } : rule;
}
type PlacementRuleOf = Omit<PlacementRule, "tags">;

describe("placement", () => {
  it("1: runs an atom only where every tag is", () => {
    const all = [runtime("cloud", "cloud"), runtime("edge-1", "edge", "milan"), runtime("edge-2", "edge")];
    const on = (tags: string[]) => place(ATOM, { tags, on: "all" }, all);
    expect(on(["edge"])).toMatchObject({ runtimes: ["edge-1", "edge-2"] });
    expect(on(["edge", "milan"])).toMatchObject({ runtimes: ["edge-1"] });
    expect(on(["cloud", "milan"])).toMatchObject({ code: "NOT_FOUND" });
    expect(place(ATOM, { tags: ["edge"], on: 3 }, all)).toMatchObject({ code: "INVALID" });
  });

  it("2: a runtime that is added takes at most one copy, onto itself; one that goes gives up only its own", () => {
    fc.assert(
      fc.property(runtimes, atoms, rules, fc.nat(), (all, list, rule, at) => {
        const coming = all[at % all.length];
        const before = all.filter((each) => each !== coming);
        const one = within(rule, before);
        for (const atom of list) {
          const without = new Set(placed(atom, one, before).runtimes);
          const withIt = new Set(placed(atom, one, all).runtimes);
          const won = [...withIt].filter((name) => !without.has(name));
          const lost = [...without].filter((name) => !withIt.has(name));
          expect(won.every((name) => name === coming?.name)).toBe(true);
          expect(lost.length).toBeLessThanOrEqual(won.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("2: spreads atoms over the runtimes", () => {
    const three = ["a", "b", "c"].map((name) => runtime(name));
    const counts = new Map<string, number>();
    for (let index = 0; index < 3_000; index += 1) {
      const name = placed(`atom-${index}`, {}, three).runtimes[0] ?? "";
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });

  it("3: does not depend on the order of the runtimes", () => {
    fc.assert(
      fc.property(runtimes, rules, (all, rule) => {
        const one = within(rule, all);
        const forward = [...placed("x", one, all).runtimes].sort();
        expect([...placed("x", one, [...all].reverse()).runtimes].sort()).toEqual(forward);
      }),
    );
  });

  it("4: leaves out no runtime for one that is preferred less", () => {
    const worth = ({ tags }: PlacementRuntime, prefer: readonly string[]) =>
      prefer.reduce((sum, tag, index) => sum + (tags.includes(tag) ? 2 ** (prefer.length - index) : 0), 0);
    fc.assert(
      fc.property(runtimes, rules, (all, rule) => {
        const { prefer } = rule;
        const names = new Set<string>(placed("x", { ...within(rule, all), spread: [] }, all).runtimes);
        const [chosen, others] = [
          all.filter(({ name }) => names.has(name)),
          all.filter(({ name }) => !names.has(name)),
        ];
        const worst = Math.min(...chosen.map((each) => worth(each, prefer)));
        expect(others.filter((each) => worth(each, prefer) > worst)).toEqual([]);
      }),
    );
  });

  it("4: counts an earlier preference more than all later ones", () => {
    const all = [runtime("a", "milan"), runtime("b", "large", "ssd"), runtime("c")];
    const on = (prefer: readonly string[]) => placed("x", { prefer }, all).runtimes;
    expect(on(["milan", "large", "ssd"])).toEqual(["a"]);
    expect(on(["large", "milan"])).toEqual(["b"]);
    expect(placed("x", { prefer: ["paris"] }, all).runtimes).toEqual(placed("x", {}, all).runtimes);
  });

  it("5: spreads copies as evenly over the groups as there is room in them", () => {
    fc.assert(
      fc.property(runtimes, rules, fc.integer({ min: 2, max: 6 }), (all, rule, on) => {
        const { spread } = rule;
        const groupOf = ({ tags }: PlacementRuntime) => spread.findIndex((tag) => tags.includes(tag));
        const chosen = new Set<string>(placed("x", within({ ...rule, on }, all), all).runtimes);
        const groups = [...new Set(all.map(groupOf))].map((group) => {
          const members = all.filter((each) => groupOf(each) === group);
          return { size: members.length, copies: members.filter(({ name }) => chosen.has(name)).length };
        });
        const fullest = Math.max(...groups.map(({ copies }) => copies));
        for (const { size, copies } of groups) expect(copies).toBeGreaterThanOrEqual(Math.min(size, fullest - 1));
      }),
    );
  });

  it("5: takes what is in no group last, and prefers within a group", () => {
    const all = [
      runtime("m1", "milan"),
      runtime("m2", "milan", "ssd"),
      runtime("r1", "rome"),
      runtime("r2", "rome"),
      runtime("x", "ssd"),
    ];
    const on = (number: number, list = all) =>
      placed("x", { on: number, spread: ["milan", "rome"], prefer: ["ssd"] }, list).runtimes;
    expect(on(2)).toEqual(["m2", expect.stringMatching(/^r/)]);
    expect(on(3)).toEqual(["m2", expect.stringMatching(/^r/), "x"]);
    expect(on(2, [...all.slice(0, 2), ...all.slice(4)])).toEqual(["m2", "x"]);
  });

  it("tells why, for each kind of decision", () => {
    const all = [runtime("cloud", "cloud"), runtime("edge-1", "edge"), runtime("edge-2", "edge")];
    const why = (tags: string[], on: "one" | "all" | number, list = all, wishes: Partial<PlacementRule> = {}) =>
      place(ATOM, { tags, on, ...wishes }, list).reason;
    expect(why([], "one", all.slice(0, 1))).toBe("It is the only runtime.");
    expect(why(["cloud"], "one")).toBe('It is the only runtime tagged "cloud".');
    expect(why(["edge"], "all")).toBe('It runs on all 2 runtimes tagged "edge".');
    expect(why(["edge"], 2)).toBe('It runs on 2, and there are 2 runtimes tagged "edge".');
    expect(why(["edge"], "one")).toBe('It runs on 1 of the 2 runtimes tagged "edge", chosen by the hash of the names.');
    expect(why([], 2, all, { spread: ["edge", "cloud"], prefer: ["ssd", "large"] })).toBe(
      'It runs on 2 of the 3 runtimes, spread over "edge", "cloud", preferring "ssd", then "large", and then by the hash of the names.',
    );
    expect(why([], "one")).toBe("It runs on 1 of the 3 runtimes, chosen by the hash of the names.");
  });
});
