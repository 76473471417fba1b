/**
 * What is deployed of an application: each runtime is asked what it was built as.
 *
 * Invariants
 * 1. A runtime whose address is known is asked itself. One without an address, or that does not answer, is asked through those
 *    that do, the leader first: they know it from when they were built, though the formula may not name it any more.
 * 2. What could not be found out is told as that, never as "not deployed": only the caller can know that (`absent`).
 */
import { z } from "zod";
import type { Deployment } from "../../durable/core/deployment.ts";
import type { RuntimeName } from "../../durable/core/names.ts";
import { severalAtOnce } from "./at-once.ts";
import { RuntimeClient } from "./runtime-client.ts";

/** A runtime that does not answer itself is asked through so many others. */
const WAYS_MAX = 3;

/** What is known of a runtime that may be deployed. */
export type Found =
  /** `through` is whom questions about its atoms go to: itself, or another runtime. */
  | { readonly kind: "deployed"; readonly deployment: Deployment; readonly through: RuntimeClient }
  | { readonly kind: "absent" }
  /** `reason` is whole sentences. */
  | { readonly kind: "unknown"; readonly reason: string };

export type Inventory = ReadonlyMap<RuntimeName, Found>;

export interface InventoryOptions {
  readonly app: string;
  /** The runtimes of the formula. */
  readonly runtimes: readonly RuntimeName[];
  /** Where runtimes answer. */
  readonly addresses: readonly { readonly runtime: RuntimeName; readonly url: string }[];
  /** Runtimes that are known not to be deployed. */
  readonly absent?: ReadonlySet<RuntimeName>;
  readonly token: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Answering {
  readonly deployment: Deployment;
  readonly client: RuntimeClient;
}

export async function takeInventory(options: InventoryOptions): Promise<Inventory> {
  const { runtimes, absent = new Set(), signal } = options;
  const asked = await severalAtOnce(options.addresses, ({ runtime, url }) => askItself(runtime, url, options));
  const reasons = new Map(asked.flatMap((each) => ("reason" in each ? [[each.runtime, each.reason] as const] : [])));
  const answering = leaderFirst(asked.flatMap((each) => ("client" in each ? [each] : [])));
  const known = await severalAtOnce(answering, ({ client }) => runtimesKnownTo(client, signal));
  const found = new Map<RuntimeName, Found>(
    answering.map(({ deployment, client }) => [deployment.runtime, { kind: "deployed", deployment, through: client }]),
  );
  const others = [...new Set([...runtimes, ...known.flat()])].filter((runtime) => !found.has(runtime));
  const there = others.filter((runtime) => !absent.has(runtime));
  const ways = answering.slice(0, WAYS_MAX);
  const answers = await severalAtOnce(there, (runtime) => askThrough(runtime, ways, reasons.get(runtime), options));
  for (const [index, runtime] of there.entries()) found.set(runtime, answers[index] as Found);
  for (const runtime of others) if (absent.has(runtime)) found.set(runtime, { kind: "absent" });
  return found;
}

async function askItself(
  runtime: RuntimeName,
  url: string,
  { app, token, signal }: InventoryOptions,
): Promise<Answering | { readonly runtime: RuntimeName; readonly reason: string }> {
  const client = new RuntimeClient({ runtime, url, token });
  const answer = await client.deployment(runtime, signal);
  if (!answer.ok) return { runtime, reason: answer.failure.message };
  if (answer.value.app === app) return { deployment: answer.value, client };
  const reason = `At ${url} the application ${answer.value.app} answers, not ${app}: see to the "url" of ${runtime}.`;
  return { runtime, reason };
}

function leaderFirst(answering: readonly Answering[]): Answering[] {
  const rank = ({ deployment: { runtime, leader } }: Answering): number => (runtime === leader ? 0 : 1);
  return [...answering].sort((a, b) => rank(a) - rank(b));
}

const runtimesSchema = z.looseObject({
  runtimes: z.array(z.looseObject({ name: z.string().transform((name) => name as RuntimeName) })),
});

/** One that does not tell adds nothing: what is missing is told for the runtime that stays unknown. */
async function runtimesKnownTo(client: RuntimeClient, signal: AbortSignal | undefined): Promise<RuntimeName[]> {
  const answer = await client.ask({ path: "/_radon/v1/runtimes", schema: runtimesSchema, signal });
  return answer.ok ? answer.value.runtimes.map(({ name }) => name) : [];
}

async function askThrough(
  runtime: RuntimeName,
  ways: readonly Answering[],
  itself: string | undefined,
  { app, signal }: InventoryOptions,
): Promise<Found> {
  const reasons = itself === undefined ? [] : [itself];
  for (const { client } of ways) {
    const answer = await client.deployment(runtime, signal);
    if (answer.ok && answer.value.app === app) return { kind: "deployed", deployment: answer.value, through: client };
    reasons.push(answer.ok ? `It is of the application ${answer.value.app}.` : answer.failure.message);
  }
  const reason = reasons[0] ?? `The runtime ${runtime} has no "url", and no other one answers that knows it.`;
  return { kind: "unknown", reason };
}
