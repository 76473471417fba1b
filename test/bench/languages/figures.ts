/** What is measured of a language: each figure beside the same in JavaScript, inside a bare Durable Object. */
import type { Bench, Comparison, Figure, Measure, Reading } from "../measurement.ts";
import { askText } from "../questions.ts";
import { requestOf } from "../figures/request.ts";
import { roundTrip } from "../references.ts";
import type { Stage } from "../stage.ts";

export const TASKS = ["echo", "put", "kernel", "kernel-unmetered"] as const;
export type Task = (typeof TASKS)[number];

/** How much of each task a request asks for: some tens of milliseconds, so that sending it counts for little. */
export interface Sizes {
  readonly puts: number;
  readonly kernel: number;
}

/** Another atom asks it with 64 bytes and waits for them, one request at a time; beside two objects that do so. */
function echo(language: string): Figure {
  return figure(
    language,
    "echo",
    "request and reply of 64 bytes",
    requestOf(`${language}/asker`, "subject"),
    roundTrip,
  );
}

function put(language: string, { puts }: Sizes): Figure {
  const perPut = (ms: number): Reading => ({ value: (ms * 1000) / puts, unit: "us" });
  const ask = (stage: Stage) => askText(stage, `${language}/subject`, `put ${puts}`);
  const bare = timed(`/put?n=${puts}`, perPut);
  return figure(
    language,
    "put",
    `${puts} kv.put in a turn, its commit included`,
    best(ask, String(puts), perPut),
    bare,
  );
}

/** `atom`: the one with metering or the one without. */
function kernel(language: string, task: Task, atom: string, { kernel: size }: Sizes): Figure {
  const inMs = (ms: number): Reading => ({ value: ms, unit: "ms" });
  const ask = (stage: Stage) => askText(stage, `${language}/${atom}`, `kernel ${size}`);
  const title = `fannkuch-redux of ${size}`;
  return figure(language, task, title, best(ask, KERNEL_RESULTS[size], inMs), timed(`/kernel?n=${size}`, inMs));
}

/** Of the Computer Language Benchmarks Game: checksum and most flips. */
export const KERNEL_RESULTS: Readonly<Record<number, string>> = {
  7: "228 16",
  8: "1616 22",
  9: "8629 30",
  10: "73196 38",
};

export function figuresOf(language: string, sizes: Sizes): Figure[] {
  return [
    echo(language),
    put(language, sizes),
    kernel(language, "kernel", "subject", sizes),
    kernel(language, "kernel-unmetered", "unmetered", sizes),
  ];
}

function figure(language: string, task: Task, title: string, measure: Measure["measure"], reference: Measure): Figure {
  const comparisons: readonly Comparison[] = [{ reference, goals: {} }];
  return { name: `${language} ${task}`, title: `${language}: ${title}`, measure, comparisons };
}

function timed(route: string, reading: (ms: number) => Reading): Measure {
  const ask = async (stage: Stage) => {
    const { status, body } = await stage.send("reference", route);
    const text = new TextDecoder().decode(body);
    if (status !== 200) throw new Error(`The reference answered ${route} with ${status}: ${text}`);
    return text;
  };
  return { name: "bare object", measure: best(ask, undefined, reading) };
}

/**
 * The best time of the requests that fit into a round, three at least, after one that warms up: whatever else the machine does can
 * only add to it. It is taken out here, for an object's own clock counts whole milliseconds.
 */
function best(
  ask: (stage: Stage) => Promise<string>,
  expected: string | undefined,
  reading: (ms: number) => Reading,
): (bench: Bench) => Promise<Reading> {
  return async ({ shared, pace }) => {
    const stage = await shared();
    const answer = await ask(stage);
    if (expected !== undefined && answer !== expected) throw new Error(`It answered ${answer} instead of ${expected}.`);
    const times: number[] = [];
    const end = performance.now() + pace.figureMs;
    while (times.length < RUNS_MIN || performance.now() < end) {
      const start = performance.now();
      await ask(stage);
      times.push(performance.now() - start);
    }
    return reading(Math.min(...times));
  };
}

const RUNS_MIN = 3;
