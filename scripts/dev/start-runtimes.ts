/** Starts every runtime over HTTP, as any client would reach it: naming registers, daemons run, mailboxes are worked off. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Formula } from "../formula/formula.ts";
import { askRuntime } from "./ask-runtime.ts";

const ATTEMPTS_MAX = 5;
const PAUSE_MS = 200;
const ANSWER_MS_MAX = 60_000;

const part = z.object({ ok: z.boolean(), detail: z.string().optional() });
const reportSchema = z.object({ naming: part, atoms: z.array(part.extend({ name: z.string() })) });

/** What did not start, as sentences; the leader goes first, because the others register with it. */
export async function startRuntimes(url: string, formula: Formula, token: string | undefined): Promise<string[]> {
  const followers = formula.runtimes.map((runtime) => runtime.name).filter((name) => name !== formula.leader);
  const ofLeader = await startRuntime(url, formula.leader, token);
  const ofFollowers = await Promise.all(followers.map((name) => startRuntime(url, name, token)));
  return [...ofLeader, ...ofFollowers.flat()];
}

async function startRuntime(url: string, runtime: string, token: string | undefined): Promise<string[]> {
  let problems: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (attempt > 0) await sleep(PAUSE_MS * attempt);
    problems = await startOnce(url, runtime, token);
    if (problems.length === 0) break;
  }
  return problems;
}

async function startOnce(url: string, runtime: string, token: string | undefined): Promise<string[]> {
  const call = { url, runtime, path: "/_radon/start", token, limitMs: ANSWER_MS_MAX };
  const answer = await askRuntime(call).catch((error: unknown) => String(error));
  if (typeof answer === "string") return [`The runtime ${runtime} does not answer: ${answer}.`];
  if (answer.status !== 200) return [`The runtime ${runtime} did not start: ${answer.status} ${answer.body}`];
  const report = reportSchema.safeParse(JSON.parse(answer.body));
  if (!report.success) return [];
  const { naming, atoms } = report.data;
  const ofNaming = naming.ok ? [] : [`The naming of ${runtime} did not start: ${naming.detail ?? "no reason given"}`];
  const failed = atoms.filter((atom) => !atom.ok);
  return [
    ...ofNaming,
    ...failed.map(({ name, detail }) => `The atom ${name} did not start: ${detail ?? "no reason given"}`),
  ];
}
