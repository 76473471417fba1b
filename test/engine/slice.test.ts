import fc from "fast-check";
import { expect, test } from "vitest";
import { SLICE_MS_MAX, SLICE_TURNS_MAX } from "../../durable/core/limits.ts";
import { Slice } from "../../durable/engine/slice.ts";

/** Turns of `turnMs` each until the slice is over: how many, how long, and how often the clock was looked at. */
function sliceOf(turnMs: number): { turns: number; ranMs: number; looks: number } {
  let nowMs = 1_000;
  let looks = 0;
  const slice = new Slice(() => {
    looks += 1;
    return nowMs;
  });
  looks = 0;
  let turns = 0;
  while (!slice.over) {
    turns += 1;
    nowMs += turnMs;
    slice.countTurns(1);
  }
  return { turns, ranMs: nowMs - 1_000, looks };
}

test("1, 2: turns of one length overrun the slice by one turn at most, and few of them look at the clock (property)", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.0001, max: 3 * SLICE_MS_MAX, noNaN: true }), (turnMs) => {
      const { turns, ranMs, looks } = sliceOf(turnMs);
      if (turns < SLICE_TURNS_MAX) expect(ranMs).toBeGreaterThanOrEqual(SLICE_MS_MAX * 0.999);
      expect(ranMs).toBeLessThan(SLICE_MS_MAX + turnMs * 1.001);
      expect(looks).toBeLessThanOrEqual(4 + Math.log2(turns));
    }),
  );
});

test("1: a clock that stands still ends no slice before its turns are used up", () => {
  expect(sliceOf(0)).toMatchObject({ turns: SLICE_TURNS_MAX });
});

test("a slice that is started again has all its time and turns", () => {
  let nowMs = 0;
  const slice = new Slice(() => nowMs);
  for (let round = 0; round < 3; round++) {
    nowMs += SLICE_MS_MAX;
    slice.countTurns(1);
    expect(slice.over).toBe(true);
    slice.start();
    slice.countTurns(1);
    expect(slice.over).toBe(false);
  }
});
