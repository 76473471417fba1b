/** The control API over all atoms and runtimes: what the naming of this runtime knows, and how each one is just now. */
import type { Application, RuntimeEntry } from "../../durable/core/application.ts";
import { problem } from "../../durable/problem.ts";
import { readJson } from "./answer-reading.ts";
import { atomsSchema, lookupSchema, runtimesSchema, type DirectoryAtom } from "./answer-schemas.ts";
import { json, jsonResponse } from "./answers.ts";
import { readState, STATES_AT_ONCE_MAX } from "./atom-states.ts";
import { mapBounded } from "./bounded.ts";
import { directoryOf } from "./directory.ts";
import { namingAddress, ownRuntime, type Ask } from "./objects.ts";
import { operation, type Operation } from "./operation.ts";
import { listLimitParameter, modeParameter, patternParameter, scopeParameter } from "./parameters.ts";

const NAMING_MS_MAX = 5_000;
const HEALTH_MS_MAX = 2_000;
/** All states of a list together: what is not told by then is left out, so no number of stuck atoms hangs the list. */
const STATES_MS_MAX = 8_000;
const MATCH_ALL = ".*";

const runtimes = operation(
  {
    id: "listRuntimes",
    method: "get",
    path: "/_radon/v1/runtimes",
    summary: "Lists the runtimes, and whether each one answers just now",
    tag: "names",
    pathShape: {},
    queryShape: {},
    answers: json("The runtimes of the application.", runtimesSchema),
    problems: [],
  },
  async ({ application, ask }) => {
    const entries = application.runtimes;
    return jsonResponse({
      runtimes: await mapBounded(entries, STATES_AT_ONCE_MAX, (each) => healthOf(application, each, ask)),
    });
  },
);

async function healthOf(application: Application, runtime: RuntimeEntry, ask: Ask): Promise<object> {
  const directory = await directoryOf(runtime, ask, HEALTH_MS_MAX);
  const { name, tags, url } = runtime;
  const known = { name, tags, leader: name === application.leader, ...(url === undefined ? {} : { url }) };
  return directory.ok
    ? { ...known, health: "ok", version: directory.value.version }
    : { ...known, health: "unreachable", detail: directory.detail };
}

const atoms = operation(
  {
    id: "listAtoms",
    method: "get",
    path: "/_radon/v1/atoms",
    summary: "Lists atoms with kind, module, aliases and state",
    tag: "names",
    pathShape: {},
    queryShape: { pattern: patternParameter.optional(), scope: scopeParameter, limit: listLimitParameter },
    answers: json("The atoms that match, by name.", atomsSchema),
    problems: [],
  },
  async ({ application, ask, query }) => {
    const own = ownRuntime(application);
    const directory = await directoryOf(own, ask);
    if (!directory.ok)
      return problem(503, "UNAVAILABLE", `The naming of runtime ${own.name} does not answer: ${directory.detail}`);
    const filtered = query.pattern !== undefined || query.scope !== "";
    const names = filtered ? await matching(own, ask, { ...query, pattern: query.pattern ?? MATCH_ALL }) : undefined;
    if (names instanceof Response) return names;
    const all = directory.value.atoms.filter((atom) => names === undefined || names.has(atom.name)).sort(byName);
    const listed = await withStates(all.slice(0, query.limit), application, ask);
    return jsonResponse({ atoms: listed, version: directory.value.version, truncated: all.length > query.limit });
  },
);

function byName(a: DirectoryAtom, b: DirectoryAtom): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** The names that match, one more than asked for, so that a list can tell that it is cut off. */
async function matching(
  own: RuntimeEntry,
  ask: Ask,
  query: { readonly pattern: string; readonly scope: string; readonly limit: number },
): Promise<Set<string> | Response> {
  const answer = await lookupNames(own, ask, { mode: "all", ...query, limit: query.limit + 1 });
  if (answer.status !== 200) return answer;
  const read = await readJson(answer, lookupSchema);
  return read.ok
    ? new Set(read.value.names)
    : problem(503, "UNAVAILABLE", `The naming of runtime ${own.name} failed: ${read.detail}`);
}

async function withStates(listed: readonly DirectoryAtom[], application: Application, ask: Ask): Promise<object[]> {
  const endsAt = Date.now() + STATES_MS_MAX;
  return mapBounded(listed, STATES_AT_ONCE_MAX, async (atom) => {
    const state = await readState(application, atom.name, ask, endsAt - Date.now());
    const known = { name: atom.name, kind: atom.kind, moduleHash: atom.moduleHash, aliases: atom.aliases };
    return state.ok ? { ...known, state: state.value.state } : { ...known, state: null, detail: state.detail };
  });
}

const lookup = operation(
  {
    id: "lookupNames",
    method: "get",
    path: "/_radon/v1/lookup",
    summary: "Finds atoms by a pattern over their names or over their aliases in a scope",
    tag: "names",
    pathShape: {},
    queryShape: { mode: modeParameter, scope: scopeParameter, pattern: patternParameter, limit: listLimitParameter },
    answers: json("The global names.", lookupSchema),
    problems: [],
  },
  ({ application, ask, query }) => lookupNames(ownRuntime(application), ask, query),
);

/** Asks the runtime's own replica; it knows RE2, so what is wrong with a pattern is its to say. */
async function lookupNames(
  own: RuntimeEntry,
  ask: Ask,
  query: { readonly mode: "any" | "all"; readonly scope: string; readonly pattern: string; readonly limit: number },
): Promise<Response> {
  const response = await ask(namingAddress(own), {
    method: "POST",
    route: "/lookup",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...query, asker: "" }),
    limitMs: NAMING_MS_MAX,
    repeatable: true,
  });
  if (response.status !== 400) return response;
  const reason = await readJson(response, lookupSchema);
  const detail = `Parameter "pattern" is not valid. ${reason.ok ? "It was refused." : reason.detail}`;
  return problem(400, "INVALID", detail, { errors: [{ parameter: "pattern", detail }] });
}

export const directoryOperations: readonly Operation[] = [runtimes, atoms, lookup];
