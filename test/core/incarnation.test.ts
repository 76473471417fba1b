import { describe, expect, test } from "vitest";
import type { Durability } from "../../durable/core/application.ts";
import { incarnationOf, type Incarnation } from "../../durable/core/incarnation.ts";

const NOW_MS = 1_800_000_000_000;
const state = new Map<string, string>();

function start(durability: Durability, nowMs: number, random = 0.5): Incarnation {
  const incarnation = incarnationOf(state, durability, nowMs, random);
  for (const change of incarnation.changes) if (change.kind === "state") state.set(change.name, change.value);
  return incarnation;
}

describe("incarnations", () => {
  test("1, 2, 3: over restarts and changes of durability", () => {
    const first = start("durable", NOW_MS);
    expect(first.renewed).toBe(false);
    const same = { epoch: first.epoch, renewed: false, persistent: true, changes: [] };
    expect(start("durable", NOW_MS + 5)).toEqual(same);

    // 3: it is volatile once the store says so.
    expect(start("volatile", NOW_MS + 7)).toEqual(same);
    state.set("durability", "volatile");
    const volatile = start("volatile", NOW_MS + 10);
    expect(volatile.persistent).toBe(false);
    expect(volatile.renewed).toBe(true);
    expect(volatile.epoch).toBeGreaterThan(first.epoch);

    const clockWentBack = start("volatile", NOW_MS - 10_000, 0);
    expect(clockWentBack.epoch).toBe(volatile.epoch + 1);

    const durableAgain = start("durable", NOW_MS + 20);
    expect(durableAgain.renewed).toBe(true);
    expect(durableAgain.epoch).toBeGreaterThan(clockWentBack.epoch);
    expect(start("durable", NOW_MS + 30).epoch).toBe(durableAgain.epoch);
  });

  test("1: epochs are exact numbers, and two of one millisecond differ by their random bits", () => {
    const empty = new Map<string, string>();
    const [a, b] = [0.1, 0.9].map((random) => incarnationOf(empty, "durable", NOW_MS + 0.7, random).epoch) as [
      number,
      number,
    ];
    expect(Number.isSafeInteger(a)).toBe(true);
    expect(a).not.toBe(b);
    expect(incarnationOf(empty, "durable", NOW_MS + 1, 0).epoch).toBeGreaterThan(b);
  });
});
