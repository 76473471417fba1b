/**
 * The memory of an idle warm atom: how much the resident memory of a fresh workerd grows with a crowd of atoms that each have
 * answered one request. Empty objects are measured likewise, in a process of their own.
 */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { atMost, everywhere, type Bench, type Figure, type Reading } from "../measurement.ts";
import { ask, askReference, command } from "../questions.ts";
import type { Stage } from "../stage.ts";

const PROC = "/proc";
const SETTLE_MS = 300;
/** Started before the measurement, for what only the first ones cost. */
const FIRST = 5;

type Fill = (stage: Stage, from: number, count: number) => Promise<unknown>;

const wakeAtoms: Fill = (stage, from, count) => ask(stage, "main/waker", command(from, count));
const makeObjects: Fill = (stage, from, count) => askReference(stage, `/empty?from=${from}&count=${count}`);

async function growth(bench: Bench, fill: Fill): Promise<Reading> {
  const stage = await bench.fresh();
  const count = bench.pace.crowd - FIRST;
  try {
    await fill(stage, 0, FIRST);
    const before = await residentKb(stage);
    await fill(stage, FIRST, count);
    return { value: ((await residentKb(stage)) - before) / count, unit: "KB" };
  } finally {
    await stage.stop();
  }
}

async function residentKb({ pid }: Stage): Promise<number> {
  await sleep(SETTLE_MS);
  const status = readFileSync(`${PROC}/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

export const memoryFigures: readonly Figure[] = [
  {
    name: "memory",
    title: "the memory of an idle warm atom",
    obstacle: () => (existsSync(`${PROC}/self/status`) ? undefined : `resident memory is read from ${PROC}`),
    measure: (bench) => growth(bench, wakeAtoms),
    comparisons: [
      { goals: everywhere(atMost(400)), limits: everywhere("339") },
      { reference: { name: "empty object", measure: (bench) => growth(bench, makeObjects) }, goals: {} },
    ],
  },
];
