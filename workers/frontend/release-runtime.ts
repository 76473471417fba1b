/**
 * Lets go those who wait for an atom of this runtime before its Worker is replaced: a request that is in the atom's mailbox
 * gets a 503 that says so, where the end of the Worker would cut its connection.
 */
import type { Application } from "../../durable/core/application.ts";
import { mapBounded } from "./bounded.ts";
import { ownAtomNames } from "./directory.ts";
import { atomAddress, ownRuntime, type Ask } from "./objects.ts";

/** An atom that is busy for longer keeps those who wait for it until they are cut off. */
const RELEASE_MS_MAX = 1_000;
const RELEASES_AT_ONCE_MAX = 16;

export async function releaseRuntime(application: Application, ask: Ask): Promise<void> {
  const own = ownRuntime(application);
  await mapBounded(await ownAtomNames(application, ask), RELEASES_AT_ONCE_MAX, async (name) => {
    const question = { method: "POST", route: "/release", limitMs: RELEASE_MS_MAX, repeatable: true } as const;
    await (await ask(atomAddress(own, name), question)).body?.cancel();
  });
}
