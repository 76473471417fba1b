/**
 * What is done with a runtime once it was shipped, wherever it is: its names are registered, its daemons started, and what was
 * deployed is what answers.
 *
 * Invariants
 * 1. A Worker that was just deployed may take a while to be reached, and the version before it may still answer for a while:
 *    what fails is asked again until the time is up, and then told.
 * 2. An atom whose module keeps it from running is told at once: waiting changes nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { RuntimeName } from "../../durable/core/names.ts";
import { RuntimeClient, type RemoteFailure } from "./runtime-client.ts";
import { startProblems, startReportSchema } from "./start-report.ts";
import type { Reached, Step, StepEnd } from "./target.ts";

const PAUSE_MS = 500;
/** A start makes every object of the runtime. */
const START_MS_MAX = 60_000;

export interface Shipped {
  readonly runtime: RuntimeName;
  /** The way to it, asked for once it is there. */
  readonly reach: () => Promise<Reached>;
  readonly token: string | undefined;
  /** How long it may take until it does what it should. */
  readonly waitMs: number;
}

export interface Expected extends Shipped {
  /** The version that is to answer. */
  readonly version: string;
  /** Those that it is to reach. None for a runtime that bindings connect to all others: they were there before. */
  readonly peers: readonly RuntimeName[];
}

/** What follows once all of them are there. The others register with the leader, so it is the first. */
export function startSteps(expected: readonly Expected[], app: string, healthCheck: boolean): Step[] {
  const starts = expected.map(startStep);
  if (!healthCheck) return starts;
  const connections = expected.filter(({ peers }) => peers.length > 0).map((each) => connectionStep(each, each.peers));
  return [...starts, ...expected.map((each) => healthStep(each, app, each.version)), ...connections];
}

export function startStep(shipped: Shipped): Step {
  const { runtime } = shipped;
  const title = `register the names of ${runtime} and start its daemons`;
  return { runtime, title, run: (signal) => insist(shipped, signal, start) };
}

/** `version` is the one that was built. */
export function healthStep(shipped: Shipped, app: string, version: string): Step {
  const { runtime } = shipped;
  const title = `check the health of ${runtime}`;
  return { runtime, title, run: (signal) => insist(shipped, signal, (client) => health(client, app, version)) };
}

/** `peers` are those that no binding connects to it: they need its keys and have to be where their urls say. */
export function connectionStep(shipped: Shipped, peers: readonly RuntimeName[]): Step {
  const { runtime } = shipped;
  const title = `check that ${runtime} reaches ${peers.join(", ")}`;
  return { runtime, title, run: (signal) => insist(shipped, signal, (client) => connection(client, peers)) };
}

/** `later` is false where another try would end alike. */
type Attempt = StepEnd & { readonly later?: boolean };

async function insist(
  { runtime, reach, token, waitMs }: Shipped,
  signal: AbortSignal,
  attempt: (client: RuntimeClient) => Promise<Attempt>,
): Promise<StepEnd> {
  const reached = await reach();
  if (!reached.ok) return reached;
  const client = new RuntimeClient({ runtime, url: reached.url, token });
  const endsAt = Date.now() + waitMs;
  try {
    for (;;) {
      const end = await attempt(client);
      if (end.ok) return { ok: true, note: end.note ?? reached.url };
      const { later = true, ...refused } = end;
      if (!later || Date.now() >= endsAt) return refused;
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return { ok: false, reason: `It was interrupted. The last answer: ${end.reason}` };
    }
  } finally {
    await reached.close?.();
  }
}

function failed({ kind, message }: RemoteFailure): Attempt {
  return { ok: false, reason: message, kind };
}

async function start(client: RuntimeClient): Promise<Attempt> {
  const question = { method: "POST", path: "/_radon/start", schema: startReportSchema, limitMs: START_MS_MAX } as const;
  const answer = await client.ask(question);
  if (!answer.ok) return failed(answer.failure);
  const problems = startProblems(answer.value);
  if (problems.length === 0) return { ok: true };
  const later = !problems.every(({ badAtom }) => badAtom !== undefined);
  return { ok: false, reason: problems.map(({ message }) => message).join("\n"), later };
}

const runtimesSchema = z.object({
  runtimes: z.array(z.looseObject({ name: z.string(), health: z.string(), detail: z.string().default("") })),
});

async function connection(client: RuntimeClient, peers: readonly RuntimeName[]): Promise<Attempt> {
  const answer = await client.ask({ path: "/_radon/v1/runtimes", schema: runtimesSchema });
  if (!answer.ok) return failed(answer.failure);
  const apart = answer.value.runtimes.filter(
    ({ name, health }) => peers.some((peer) => peer === name) && health !== "ok",
  );
  return apart.length === 0 ? { ok: true } : { ok: false, reason: apart.map(({ detail }) => detail).join("\n") };
}

const healthSchema = z.looseObject({ status: z.literal("ok"), app: z.string(), runtime: z.string() });

async function health(client: RuntimeClient, app: string, version: string): Promise<Attempt> {
  const answer = await client.ask({ path: "/_radon/health", schema: healthSchema });
  if (!answer.ok) return failed(answer.failure);
  if (answer.value.app !== app) return { ok: false, reason: `The application ${answer.value.app} answers there.` };
  const deployed = await client.deployment();
  if (!deployed.ok) return failed(deployed.failure);
  const found = deployed.value.version;
  if (found === version) return { ok: true, note: `version ${version}` };
  return { ok: false, reason: `Version ${found} answers, not ${version}, which was deployed.` };
}
