/**
 * Starts a runtime: its names are registered, its daemons run, and messages left from before a crash are worked off.
 * Starting twice is starting once, so whoever is in doubt starts it again.
 */
import * as z from "zod";
import type { Application, AtomEntry } from "../../durable/core/application.ts";
import { readJson } from "./answer-reading.ts";
import type { startedSchema, startReportSchema } from "./answer-schemas.ts";
import { mapBounded } from "./bounded.ts";
import {
  askThrough,
  atomAddress,
  namingAddress,
  ownRuntime,
  type Ask,
  type Bindings,
  type ObjectAddress,
} from "./objects.ts";

type Started = z.output<typeof startedSchema>;

const START_MS_MAX = 10_000;
const STARTS_AT_ONCE_MAX = 8;

/** The atoms of the runtime that this Worker is. */
export function ownAtoms(application: Application): AtomEntry[] {
  return application.atoms.filter((atom) => atom.runtime === application.runtime);
}

export async function startRuntime(
  application: Application,
  ask: Ask,
  atomsOf: () => Promise<readonly string[]>,
): Promise<z.output<typeof startReportSchema>> {
  const own = ownRuntime(application);
  const naming = await startNaming(application, ask);
  const started = await mapBounded(await atomsOf(), STARTS_AT_ONCE_MAX, async (atom) => ({
    name: `${own.name}/${atom}`,
    ...(await startObject(atomAddress(own, atom), ask)),
  }));
  return { runtime: own.name, naming, atoms: started };
}

/**
 * Starts the daemons with the first request that a Worker sees: after a plain `wrangler deploy` nobody else does. Reactive
 * atoms need no start: one with work left has an alarm.
 */
export function startWithFirstRequest(application: Application): (env: Bindings, context: ExecutionContext) => void {
  let started = false;
  return (env, context) => {
    if (started) return;
    started = true;
    const daemons = ownAtoms(application).filter(({ kind }) => kind === "daemon");
    const names = daemons.map(({ name }) => name);
    context.waitUntil(startRuntime(application, askThrough(env), () => Promise.resolve(names)));
  };
}

/** A follower works without its leader, but nobody elsewhere finds its atoms before it has registered them. */
async function startNaming(application: Application, ask: Ask): Promise<Started> {
  const response = await askToStart(namingAddress(ownRuntime(application)), ask);
  const read = await readJson(response, z.looseObject({ leader: z.string() }));
  if (!response.ok) return read.ok ? { ok: true } : read;
  if (!read.ok || read.value.leader !== "unreachable") return { ok: true };
  const detail = `Its names are not registered yet: it does not reach the naming leader, runtime ${application.leader}.`;
  return { ok: false, detail };
}

async function startObject(address: ObjectAddress, ask: Ask): Promise<Started> {
  const response = await askToStart(address, ask);
  if (response.ok) {
    await response.body?.cancel();
    return { ok: true };
  }
  const read = await readJson(response, z.unknown());
  return read.ok ? { ok: true } : read;
}

function askToStart(address: ObjectAddress, ask: Ask): Promise<Response> {
  return ask(address, { method: "POST", route: "/start", body: "{}", limitMs: START_MS_MAX, repeatable: true });
}
