/** Asks the targets where the runtimes of an application are, and what they were deployed as. */
import type { Formula } from "../../formula/formula.ts";
import type { Target, Told } from "../target.ts";
import { chooseVersion } from "./choose.ts";
import type { PlaceHistory } from "./history.ts";
import type { PastVersion } from "./past-versions.ts";

const WAY_BACK_MS_MAX = 30_000;

/** Every target was checked. */
export async function findPlaces(
  { runtimes }: Pick<Formula, "runtimes">,
  targets: readonly Target[],
  signal: AbortSignal,
): Promise<Told> {
  const places: PlaceHistory[] = [];
  for (const target of targets) {
    const own = runtimes.filter((spec) => spec.target === target.name).map(({ name }) => name);
    const told = await target.past.history(own, signal);
    if (!told.ok) return told;
    places.push(...told.places);
  }
  return { ok: true, places };
}

/**
 * What a rollback leads to after a deployment of this version of the application that came to no good end. Undefined if nothing of
 * it came to a place, so that a rollback would undo another one, and if there was nothing before.
 */
export async function wayBack(
  application: string,
  formula: Pick<Formula, "runtimes">,
  targets: readonly Target[],
): Promise<PastVersion | undefined> {
  const told = await findPlaces(formula, targets, AbortSignal.timeout(WAY_BACK_MS_MAX));
  const choice = told.ok ? chooseVersion(told.places) : undefined;
  return choice?.ok === true && choice.undoes === application ? choice.to : undefined;
}
