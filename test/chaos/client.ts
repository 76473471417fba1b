/** One client: it orders a transfer, under one key, until it is told what became of it. */
import { setTimeout as sleep } from "node:timers/promises";
import { accountRoute } from "./bank.ts";
import { orderOf, type Transfer, type Verdict } from "./transfers.ts";

const ANSWER_MS_MAX = 4_000;
const PAUSE_MS = 25;

/** What one attempt came to: a verdict, or nothing that tells. */
type Told = Verdict | undefined;

export interface Submitted {
  readonly verdict: Verdict;
  readonly attempts: number;
  /** When the attempt began that was answered, in ms. */
  readonly answeredFromMs: number;
}

/** `base` tells where the application answers now; `signal` ends the attempts. */
export async function submit(transfer: Transfer, base: () => string, signal: AbortSignal): Promise<Submitted> {
  for (let attempts = 1; ; attempts += 1) {
    const startMs = Date.now();
    const verdict = signal.aborted ? "unknown" : await attempt(transfer, base(), attempts === 1);
    if (verdict !== undefined) return { verdict, attempts, answeredFromMs: startMs };
    await sleep(PAUSE_MS);
  }
}

async function attempt(transfer: Transfer, base: string, first: boolean): Promise<Told> {
  try {
    const response = await fetch(base + pathOf(transfer), {
      method: "POST",
      headers: { "idempotency-key": transfer.id },
      body: orderOf(transfer),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    return verdictOf(transfer, response.status, await response.text(), first);
  } catch {
    // The system is down, or was killed with the request in its hands: nobody knows what became of it.
    return undefined;
  }
}

function pathOf({ way, at }: Transfer): string {
  const atom = `/_radon/v1/atoms/${at.global}`;
  if (way === "trigger") return accountRoute(at);
  return way === "request" ? `${atom}/requests?timeout_ms=${ANSWER_MS_MAX}` : `${atom}/messages`;
}

function verdictOf({ way, at }: Transfer, status: number, body: string, first: boolean): Told {
  if (status === 202 && (way === "message" || way === "teller")) return "accepted";
  if (status === 201 || status === 200) return body === "done" || body === "declined" ? body : undefined;
  // Only a first attempt that was refused is known not to have happened: an earlier one may still arrive.
  if (status === 429) return first ? "refused" : undefined;
  if (status === 502 && codeOf(body) === "REMOTE") return "failed";
  if (status >= 500) return undefined;
  throw new Error(`${at.global} answered an order with ${status}: ${body}`);
}

function codeOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { code?: unknown }).code;
  } catch {
    return undefined;
  }
}
