/** A short chaos run (`npm run chaos` is the long one): real kills, aborts and broken lanes, and every book is right. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { runChaos } from "../chaos/run.ts";
import { temporaryFolder } from "./radon-process.ts";

const SECONDS = 10;
const KILLS = 3;

test("money that moves between accounts under kill -9 arrives once, and all of it", { timeout: 240_000 }, async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const folder = temporaryFolder();
  const lines: string[] = [];
  const options = { seconds: SECONDS, kills: KILLS, seed, accounts: 8, clients: 8 };
  const { tally, discrepancies } = await runChaos(options, join(folder.path, "run"), (line) => lines.push(line));
  expect(discrepancies, `seed ${seed}\n${lines.join("\n")}`).toEqual([]);
  expect(tally.kills).toBe(KILLS);
  expect(tally.count("accepted") + tally.count("done")).toBeGreaterThan(0);
  folder.remove();
});
