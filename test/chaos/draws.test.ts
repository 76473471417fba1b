/** What a chaos run draws from its seed, and what it makes of its command line. */
import { expect, test } from "vitest";
import { bankOf } from "./bank.ts";
import { drawFaults } from "./faults.ts";
import { readOptions } from "./options.ts";
import { Random } from "./random.ts";
import { drawTransfer } from "./transfers.ts";

const bank = bankOf(8);

test("the same seed draws the same transfers and the same faults, another seed others", () => {
  const drawn = (seed: number) => ({
    transfers: Array.from({ length: 50 }, (_, index) => drawTransfer(`t${index}`, bank, new Random(seed, index))),
    faults: drawFaults(20_000, 3, bank, new Random(seed, 0)),
  });
  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(7)).not.toEqual(drawn(8));
});

test("there are as many kills as asked for, and all faults are in the order of their time", () => {
  const faults = drawFaults(20_000, 5, bank, new Random(1, 0));
  const times = faults.map(({ atMs }) => atMs);
  expect(faults.filter(({ kind }) => kind === "kill")).toHaveLength(5);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBeLessThan(20_000);
});

test("all ways and both channels are drawn, and nobody pays himself", () => {
  const random = new Random(3, 1);
  const transfers = Array.from({ length: 500 }, (_, index) => drawTransfer(`t${index}`, bank, random));
  expect(new Set(transfers.map(({ way }) => way))).toEqual(new Set(["message", "request", "trigger", "teller"]));
  expect(new Set(transfers.map(({ channel }) => channel))).toEqual(new Set(["mail", "interrupt"]));
  expect(transfers.filter(({ from, to }) => from === to)).toEqual([]);
});

test("the command line has defaults, takes numbers in their ranges, and refuses all else with a sentence", () => {
  expect(readOptions([], 42)).toEqual({ seconds: 30, kills: 4, seed: 42, accounts: 8, clients: 16 });
  expect(readOptions(["--seconds", "60", "--seed", "5"], 42)).toMatchObject({ seconds: 60, kills: 8, seed: 5 });
  expect(readOptions(["--help"], 42)).toBe("help");
  expect(readOptions(["--accounts", "1"], 42)).toEqual({ wrong: "--accounts takes a number from 2 to 64." });
  expect(readOptions(["--kills", "many"], 42)).toEqual({ wrong: "--kills takes a number from 0 to 10000." });
  expect(readOptions(["--minutes", "3"], 42)).toMatchObject({ wrong: expect.stringContaining("--minutes") as string });
});
