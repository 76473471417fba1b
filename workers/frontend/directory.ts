/** What the naming of a runtime knows, asked of its object. */
import type { Application, RuntimeEntry } from "../../durable/core/application.ts";
import { splitGlobalName, type GlobalName } from "../../durable/core/names.ts";
import * as z from "zod";
import { readJson, type Read } from "./answer-reading.ts";
import { directorySchema } from "./answer-schemas.ts";
import { namingAddress, ownRuntime, type Ask } from "./objects.ts";

const NAMING_MS_MAX = 5_000;

export async function directoryOf(
  runtime: RuntimeEntry,
  ask: Ask,
  limitMs = NAMING_MS_MAX,
): Promise<Read<z.output<typeof directorySchema>>> {
  const response = await ask(namingAddress(runtime), { method: "GET", route: "/directory", limitMs, repeatable: true });
  return readJson(response, directorySchema);
}

/** The names of this runtime's own atoms: those that it was built with, and those that were loaded since. */
export async function ownAtomNames(application: Application, ask: Ask): Promise<string[]> {
  const built = application.atoms.filter(({ runtime }) => runtime === application.runtime).map(({ name }) => name);
  if (application.loads !== true) return built;
  const directory = await directoryOf(ownRuntime(application), ask);
  const known = directory.ok ? directory.value.atoms.map(({ name }) => splitGlobalName(name as GlobalName)) : [];
  const own = known.filter(({ runtime }) => runtime === application.runtime).map(({ atom }) => atom);
  return [...new Set([...built, ...own])];
}

/** True if the runtime has the atom, though the application has not: it was loaded. The runtime itself is asked. */
export async function isLoaded(runtime: RuntimeEntry, atom: string, ask: Ask): Promise<boolean> {
  const response = await ask(namingAddress(runtime), {
    method: "POST",
    route: "/resolve",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: `${runtime.name}/${atom}` }),
    limitMs: NAMING_MS_MAX,
    repeatable: true,
  });
  return (await readJson(response, z.unknown())).ok;
}
