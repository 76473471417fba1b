/** The simulator itself: what it finds right is right, and a seed says everything about its run. */
import { describe, expect, test } from "vitest";
import { withBug } from "./planted-bugs.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";

const RUN_TIMEOUT_MS = 120_000;
const SHORT_RUNS = 30;

test(`${SHORT_RUNS} seeds run without a violation`, { timeout: RUN_TIMEOUT_MS }, async () => {
  for (let seed = 1; seed <= SHORT_RUNS; seed += 1) {
    const { violations } = await simulate({ seed });
    expect(violations, `npm run sim -- --seed ${seed} --runs 1`).toEqual([]);
  }
});

describe("a run is a function of its seed", { timeout: RUN_TIMEOUT_MS }, () => {
  test.each([1, 7, 16, 2 ** 40 + 3])("seed %i does the same thing twice", async (seed) => {
    const once = await simulate({ seed, trace: true });
    const again = await simulate({ seed, trace: true });
    expect(again.lines).toEqual(once.lines);
    expect(again.hash).toBe(once.hash);
  });

  test("keeping the trace changes nothing", async () => {
    const { hash } = await simulate({ seed: 3 });
    expect((await simulate({ seed: 3, trace: true })).hash).toBe(hash);
  });

  test("another seed does other things", async () => {
    const hashes = [await simulate({ seed: 1 }), await simulate({ seed: 2 }), await simulate({ seed: 1 + 2 ** 32 })];
    expect(new Set(hashes.map(({ hash }) => hash)).size).toBe(3);
  });
});

test("options change the plan: fewer atoms, fewer actions, some items only", async () => {
  const { plan } = await simulate({ seed: 4, atoms: 2, steps: 5 });
  expect(plan.atoms).toHaveLength(2);
  expect(plan.actions).toHaveLength(5);
  const nothing = await simulate({ seed: 4, keep: [] });
  expect(nothing.violations).toEqual([]);
  // The atoms are there, and each gets the message that opens what is closed.
  expect(nothing.messages).toBe(nothing.plan.atoms.length);
});

test("a failure shrinks to what it takes, and always to the same", { timeout: RUN_TIMEOUT_MS }, async () => {
  const small = await withBug("trapped-turn-keeps-its-writes", async () => {
    const { plan, violations } = await simulate({ seed: 1 });
    expect(violations).not.toEqual([]);
    const fails = async (keep: readonly number[]) => (await simulate({ seed: 1, keep })).violations.length > 0;
    const first = await shrink(plan.itemCount, fails, 150);
    expect(await shrink(plan.itemCount, fails, 150)).toEqual(first);
    expect(await fails(first.keep)).toBe(true);
    return { ...first, itemCount: plan.itemCount };
  });
  expect(small.keep.length).toBeLessThan(small.itemCount / 10);
  // What is left fails because of the bug and of nothing else.
  expect((await simulate({ seed: 1, keep: small.keep })).violations).toEqual([]);
});
