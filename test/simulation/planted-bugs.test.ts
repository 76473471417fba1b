/** The simulator finds each of the planted bugs, and what it finds is the bug: without it the same seed is right. */
import { expect, test } from "vitest";
import { PLANTED_BUGS, withBug } from "./planted-bugs.ts";
import { simulate } from "./simulate.ts";

const RUNS_MAX = 60;
const SEARCH_TIMEOUT_MS = 240_000;

/** The first seed that fails, or undefined. */
async function firstFailing(): Promise<number | undefined> {
  for (let seed = 1; seed <= RUNS_MAX; seed += 1) if ((await simulate({ seed })).violations.length > 0) return seed;
  return undefined;
}

test.each(PLANTED_BUGS)(`$name is found within ${RUNS_MAX} runs`, { timeout: SEARCH_TIMEOUT_MS }, async ({ name }) => {
  const seed = await withBug(name, firstFailing);
  expect(seed).toBeDefined();
  expect((await simulate({ seed: seed as number })).violations).toEqual([]);
});

test("a bug that does not exist is not planted", async () => {
  await expect(withBug("no-such-bug", async () => undefined)).rejects.toThrow(
    "There is no bug no-such-bug; there are ack-",
  );
});
