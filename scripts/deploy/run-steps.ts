/** Runs steps one after the other, tells of each, and stops at the first that fails; what was not reached remains. */
import { indented } from "../formula/problems.ts";
import type { Console } from "../terminal/console.ts";
import type { FailedStep, Step, StepEnd, Target } from "./target.ts";

export interface StepsEnd {
  /** Titles of steps, in the order of the steps. */
  readonly done: readonly string[];
  readonly failed?: FailedStep & { readonly title: string };
  readonly remaining: readonly string[];
}

export async function runSteps(steps: readonly Step[], console: Console, signal: AbortSignal): Promise<StepsEnd> {
  const titles = steps.map(({ title }) => title);
  for (const [index, { title, run }] of steps.entries()) {
    console.status(`${title} ...`);
    const end: StepEnd = signal.aborted ? { ok: false, reason: "It was interrupted." } : await run(signal);
    console.status("");
    if (!end.ok) {
      console.warn(`failed: ${title}\n${indented(end.reason)}`);
      const [done, remaining] = [titles.slice(0, index), titles.slice(index + 1)];
      const kind = end.kind === undefined ? {} : { kind: end.kind };
      return { done, failed: { title, reason: end.reason, ...kind }, remaining };
    }
    // Told with --json as well: a deployment takes its time, and stderr is for people.
    console.warn(`done: ${title}${end.note === undefined ? "" : ` (${end.note})`}`);
  }
  return { done: titles, remaining: [] };
}

/** What would keep the targets from working, all of it. */
export async function findObstacles(
  targets: readonly Target[],
  console: Console,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const obstacles: string[] = [];
  for (const target of targets) {
    console.status(`checking ${target.name} ...`);
    obstacles.push(...(await target.check(signal)));
  }
  console.status("");
  return obstacles;
}
