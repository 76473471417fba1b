/**
 * A counter over HTTP with 64 connections: a reactive atom that writes its key-value store, against a Worker that calls an object which
 * upserts a row. Both are reached through Miniflare's front, in one process, one after the other.
 */
import { atLeast, everywhere, type Bench, type Figure, type Measure } from "../measurement.ts";
import { load } from "../load.ts";
import { ask } from "../questions.ts";
import type { Stage } from "../stage.ts";

const CONNECTIONS = 64;

const rowCounter: Measure = {
  name: "RPC and a row",
  measure: async (bench) => {
    const { perSecond } = await load(
      await bench.shared(),
      "reference",
      "/counter",
      CONNECTIONS,
      bench.pace.referenceMs,
    );
    return { value: perSecond, unit: "requests/s" };
  },
};

/** Every request must be counted once. */
async function loadCounter(bench: Bench): Promise<number> {
  const stage = await bench.shared();
  const before = await countOf(stage);
  const { answered, perSecond } = await load(stage, "east", "/counter", CONNECTIONS, bench.pace.figureMs);
  const counted = (await countOf(stage)) - before - 1;
  if (counted !== answered) throw new Error(`${answered} requests were answered, but ${counted} counted.`);
  return perSecond;
}

/** Asking counts as well. */
async function countOf(stage: Stage): Promise<number> {
  const [count = NaN] = await ask(stage, "east/counter", new Uint8Array(0));
  return count;
}

export const httpFigures: readonly Figure[] = [
  {
    name: "http",
    title: `a counter over HTTP, ${CONNECTIONS} connections`,
    measure: async (bench) => ({ value: await loadCounter(bench), unit: "requests/s" }),
    comparisons: [{ reference: rowCounter, goals: everywhere(atLeast(0.85)) }],
  },
];
