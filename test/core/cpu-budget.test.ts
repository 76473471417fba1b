import { describe, expect, test } from "vitest";
import { CpuBudget, LOT_UNITS, SLICE_UNITS_MAX } from "../../durable/core/cpu-budget.ts";
import { SLICE_MS_MAX } from "../../durable/core/limits.ts";

const LIMIT_MS = 100;
const LOTS_A_SLICE = SLICE_UNITS_MAX / LOT_UNITS;

test("a slice ends once it has lasted, by the clock", () => {
  const budget = new CpuBudget(1_000);
  expect(budget.spend(1_000 + SLICE_MS_MAX - 1, LIMIT_MS)).toBe("go on");
  expect(budget.spend(1_000 + SLICE_MS_MAX, LIMIT_MS)).toBe("pause");
});

test("or after so many units, where the clock stands still", () => {
  const budget = new CpuBudget(0);
  const verdicts = Array.from({ length: LOTS_A_SLICE }, () => budget.spend(0, LIMIT_MS));
  expect(verdicts.indexOf("pause")).toBe(LOTS_A_SLICE - 1);
});

test("a turn that computes for longer than its limit is told, and not before", () => {
  const budget = new CpuBudget(0);
  expect([budget.spend(LIMIT_MS, LIMIT_MS), budget.spend(LIMIT_MS + 1, LIMIT_MS)]).toEqual(["pause", "used up"]);
});

test("slices add up, the event loop's turns between them do not", () => {
  const budget = new CpuBudget(0);
  let nowMs = 0;
  for (let slice = 0; slice < 10; slice += 1) {
    expect(budget.spend((nowMs += SLICE_MS_MAX), LIMIT_MS)).toBe("pause");
    budget.resume((nowMs += 1_000));
  }
  expect(budget.usedMs).toBe(10 * SLICE_MS_MAX);
});

test("nor does the time in which the guest waits", () => {
  const budget = new CpuBudget(0);
  budget.startSlice(60_000);
  expect(budget.spend(60_001, LIMIT_MS)).toBe("go on");
  expect(budget.usedMs).toBe(1);
});

test("each turn has the whole budget", () => {
  const budget = new CpuBudget(0);
  budget.spend(LIMIT_MS, LIMIT_MS);
  budget.startTurn();
  expect(budget.spend(LIMIT_MS + 1, LIMIT_MS)).toBe("pause");
  expect(budget.usedMs).toBe(1);
});

describe("where the clock stands still while code runs", () => {
  /** The slice's units, all used at one moment; the clock goes on while others have their turn. */
  function slice(elapsedMs: number): number {
    const budget = new CpuBudget(0);
    for (let lot = 0; lot < LOTS_A_SLICE; lot += 1) budget.spend(0, LIMIT_MS);
    budget.resume(elapsedMs);
    return budget.usedMs;
  }

  test("a slice takes what the clock shows after the event loop's turn", () => {
    expect(slice(20)).toBe(20);
  });

  test("but not what others can only have taken", () => {
    expect(slice(60_000)).toBeLessThan(1_000);
  });

  test("and never nothing, so that an endless loop ends even then", () => {
    expect(slice(0)).toBeGreaterThan(1);
  });
});
