/** Whether a runtime that was started answers: as itself, and within a bounded time. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { exchange, jsonOf } from "../exchange.ts";
import type { Site } from "./site.ts";

const HEALTHY_MS_MAX = 20_000;
const ANSWER_MS_MAX = 5_000;
const PAUSE_MS = 50;
/** What is asked less often, because it takes the machine longer than the answer that is waited for. */
const STARTS_EVERY_MS = 1_000;
/** A runtime that had to be started this often will not come up. */
const STARTS_MAX = 3;

const healthSchema = z.object({ status: z.literal("ok"), app: z.string(), runtime: z.string() });

export interface HealthQuestion {
  readonly url: string;
  /** Where it listens on its machine. */
  readonly address: string;
  readonly site: Site;
  /** How often it was started so far. */
  readonly starts: () => Promise<number>;
  readonly signal: AbortSignal;
}

/** Undefined once it is well; else what was wrong when it was given up. */
export async function waitForHealth(question: HealthQuestion): Promise<string | undefined> {
  const { starts, signal } = question;
  const deadline = Date.now() + HEALTHY_MS_MAX;
  let countedAt = Date.now();
  for (;;) {
    const trouble = await askOnce(question);
    if (trouble === undefined) return undefined;
    if (signal.aborted) return "It was interrupted.";
    if (Date.now() - countedAt >= STARTS_EVERY_MS) {
      if ((await starts()) >= STARTS_MAX) return "It ends as soon as it is started.";
      countedAt = Date.now();
    }
    if (Date.now() > deadline) return `It does not answer after ${HEALTHY_MS_MAX / 1000} s: ${trouble}`;
    await sleep(PAUSE_MS);
  }
}

async function askOnce({ url, address, site, signal }: HealthQuestion): Promise<string | undefined> {
  const question = { method: "GET", url: new URL("/_radon/health", url), headers: {}, limitMs: ANSWER_MS_MAX, signal };
  const answer = await exchange(question);
  if (answer.kind === "none") return answer.reason;
  const health = healthSchema.safeParse(jsonOf(answer.body));
  if (health.success && health.data.app === site.app && health.data.runtime === site.runtime) return undefined;
  return `something else answers on ${address}`;
}
