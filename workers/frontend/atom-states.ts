/** How atoms are just now, asked of their objects. */
import type { Application } from "../../durable/core/application.ts";
import { splitGlobalName, type GlobalName } from "../../durable/core/names.ts";
import { readJson, type Read } from "./answer-reading.ts";
import { atomReadingSchema, type AtomReadingState } from "./answer-schemas.ts";
import { atomAddress, type Ask } from "./objects.ts";

export const STATES_AT_ONCE_MAX = 16;
/** One object's time to tell its state. */
const STATE_MS_MAX = 2_000;

/** The state of one atom, within the time that is left for all of them. */
export async function readState(
  application: Application,
  name: string,
  ask: Ask,
  leftMs: number,
): Promise<Read<AtomReadingState>> {
  const { runtime: runtimeName, atom } = splitGlobalName(name as GlobalName);
  const runtime = application.runtimes.find((each) => each.name === runtimeName);
  if (runtime === undefined) return { ok: false, detail: `This Worker was built without runtime ${runtimeName}.` };
  if (leftMs <= 0) return { ok: false, detail: "The time for the whole list ran out before this atom's turn." };
  const limitMs = Math.min(leftMs, STATE_MS_MAX);
  const question = { method: "GET", route: "/state", limitMs, repeatable: false } as const;
  return readJson(await ask(atomAddress(runtime, atom), question), atomReadingSchema);
}
