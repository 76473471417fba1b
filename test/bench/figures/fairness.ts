/**
 * What two atoms that play a ball back and forth without end leave to others: how late the worst of many timers of a third atom is, and
 * how long the slowest of many HTTP requests takes, meanwhile. A pair of volatile atoms never waits for the disk.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  atMost,
  everywhere,
  type Bench,
  type Comparison,
  type Figure,
  type Measure,
  type Pace,
  type Reading,
} from "../measurement.ts";
import { ask, askReference, command, tell } from "../questions.ts";
import type { Stage } from "../stage.ts";

const TIMER_MS = 10;
/** An object's clock advances by whole milliseconds. */
const CLOCK_STEP_MS = 1;
const RALLY_MS = 200;
const BALL = new Uint8Array(64);
const OVER = new Uint8Array(64).fill(1);

/** Does `work` while the two atoms are at it. */
async function duringRally<T>(stage: Stage, ping: string, work: () => Promise<T>): Promise<T> {
  await tell(stage, ping, BALL);
  await sleep(RALLY_MS);
  try {
    return await work();
  } finally {
    await tell(stage, ping, OVER);
  }
}

function measureTimers(ping: string): (bench: Bench) => Promise<Reading> {
  return async (bench) => {
    const stage = await bench.shared();
    return duringRally(stage, ping, () => worstTimer(stage, bench.pace));
  };
}

async function worstTimer(stage: Stage, pace: Pace): Promise<Reading> {
  const late = await ask(stage, "east/timekeeper", command(timersOf(pace), TIMER_MS));
  return worst(late.map((us) => us / 1000));
}

function timersOf({ figureMs }: Pace): number {
  return Math.ceil(figureMs / TIMER_MS / 2);
}

function worst(lateMs: readonly number[]): Reading {
  return { value: Math.max(CLOCK_STEP_MS, ...lateMs), unit: "ms" };
}

/** What the machine does to timers anyway. */
const atRest: Measure = {
  name: "timers at rest",
  measure: async (bench) => worstTimer(await bench.shared(), bench.pace),
};

/** What bare objects reach, with as many timers beside a rally of their own: `reference/fair-floor.ts`. */
function timerFloor(route: string): Measure {
  const measure = async (bench: Bench): Promise<Reading> => {
    const { lateMs, balls } = await askReference<{ lateMs: number[]; balls: number }>(
      await bench.shared(),
      `${route}?timers=${timersOf(bench.pace)}`,
    );
    if (balls < lateMs.length)
      throw new Error(`The floor's rally stood still: ${balls} balls in ${lateMs.length} timers.`);
    return worst(lateMs);
  };
  return { name: "floor", measure };
}

async function measureHttp(bench: Bench): Promise<Reading> {
  const stage = await bench.shared();
  const slowest = await duringRally(stage, "east/volatile-ping", async () => {
    const end = performance.now() + bench.pace.figureMs;
    let worst = 0;
    for (let now = performance.now(); now < end;) {
      await ask(stage, "east/echo", BALL);
      worst = Math.max(worst, performance.now() - now);
      now = performance.now();
    }
    return worst;
  });
  return { value: slowest, unit: "ms" };
}

function timerComparisons(floor: string): readonly Comparison[] {
  return [
    { goals: everywhere(atMost(20)), limits: everywhere("never") },
    { reference: timerFloor(floor), goals: {} },
    { reference: atRest, goals: {} },
  ];
}

export const fairnessFigures: readonly Figure[] = [
  {
    name: "fair-timer",
    title: "the latest timer beside an endless volatile pair",
    measure: measureTimers("east/volatile-ping"),
    comparisons: timerComparisons("/floor/timers"),
  },
  {
    name: "fair-timer-durable",
    title: "the latest timer beside an endless durable pair",
    measure: measureTimers("east/ping"),
    comparisons: timerComparisons("/floor/timers-durable"),
  },
  {
    name: "fair-http",
    title: "the slowest HTTP request beside an endless volatile pair",
    measure: measureHttp,
    comparisons: [{ goals: everywhere(atMost(1_000)), limits: everywhere("never") }],
  },
];
