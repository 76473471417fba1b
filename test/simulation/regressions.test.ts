/** Runs that failed once, shrunk, each named after what was wrong. */
import { expect, test } from "vitest";
import { simulate, type SimulationOptions } from "./simulate.ts";

interface Regression extends SimulationOptions {
  readonly name: string;
}

const REGRESSIONS: readonly Regression[] = [
  {
    name: "an object that is made anew for what it refuses begins with the work in its mailbox",
    seed: 343,
    keep: [103, 197, 214, 215, 219, 220],
  },
  {
    name: "a mail that is put back, and held again, is not put back twice",
    seed: 13,
    keep: [4, 26, 27, 29, 30, 32, 34, 44, 47, 50, 51],
  },
];

test.each(REGRESSIONS)("$name", { timeout: 60_000 }, async (options) => {
  expect((await simulate(options)).violations).toEqual([]);
});
