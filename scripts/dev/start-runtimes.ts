/** Starts every runtime over HTTP, as any client would reach it: naming registers, daemons run, mailboxes are worked off. */
import { setTimeout as sleep } from "node:timers/promises";
import { startProblems, startReportSchema, type StartProblem } from "../deploy/start-report.ts";
import type { Formula } from "../formula/formula.ts";
import { askRuntime } from "./ask-runtime.ts";

const ATTEMPTS_MAX = 5;
const PAUSE_MS = 200;
const ANSWER_MS_MAX = 60_000;

/** What did not start; the leader goes first, because the others register with it. */
export async function startRuntimes(url: string, formula: Formula, token: string | undefined): Promise<StartProblem[]> {
  const followers = formula.runtimes.map((runtime) => runtime.name).filter((name) => name !== formula.leader);
  const ofLeader = await startRuntime(url, formula.leader, token);
  const ofFollowers = await Promise.all(followers.map((name) => startRuntime(url, name, token)));
  return [...ofLeader, ...ofFollowers.flat()];
}

async function startRuntime(url: string, runtime: string, token: string | undefined): Promise<StartProblem[]> {
  let problems: StartProblem[] = [];
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (attempt > 0) await sleep(PAUSE_MS * attempt);
    problems = await startOnce(url, runtime, token);
    if (problems.every(({ badAtom }) => badAtom !== undefined)) break;
  }
  return problems;
}

async function startOnce(url: string, runtime: string, token: string | undefined): Promise<StartProblem[]> {
  const call = { url, runtime, path: "/_radon/start", token, limitMs: ANSWER_MS_MAX };
  const answer = await askRuntime(call).catch((error: unknown) => String(error));
  if (typeof answer === "string") return [{ message: `The runtime ${runtime} does not answer: ${answer}.` }];
  if (answer.status !== 200)
    return [{ message: `The runtime ${runtime} did not start: ${answer.status} ${answer.body}` }];
  const report = startReportSchema.safeParse(JSON.parse(answer.body));
  return report.success ? startProblems(report.data) : [];
}
