/**
 * Loading: an atom is added to a running system, or its module is replaced, without a deployment.
 *
 * Invariants
 * 1. Every step can be done again: a load that broke off is completed by the same request.
 */
import * as z from "zod";
import type { RuntimeEntry } from "../../durable/core/application.ts";
import { DURABILITIES, GRANTS, SETTINGS_MAX } from "../../durable/core/application.ts";
import { LOAD_SETTINGS_BYTES_MAX, LOADED_MODULE_BYTES_MAX, type LoadSettings } from "../../durable/core/loaded-atom.ts";
import { encodeLoad, LOADED_ROUTE } from "../../durable/loaded/load-body.ts";
import { problem } from "../../durable/problem.ts";
import { readJson } from "./answer-reading.ts";
import { atomStateSchema, loadedSchema } from "./answer-schemas.ts";
import { done, json, jsonResponse } from "./answers.ts";
import { isLoaded } from "./directory.ts";
import { atomAddress, type ObjectAddress, type Question } from "./objects.ts";
import { operation, type Call, type Operation } from "./operation.ts";
import { readPayload } from "./payload.ts";
import { atomPath, ATOM_PATH, runtimeOf, unknownAtom, type AtomPath } from "./relay.ts";

/** A large module has to be compiled, a large state to be moved. */
const LOAD_MS_MAX = 60_000;
const RELEASE_MS_MAX = 1_000;

const SETTINGS_RULE = "takes a JSON object of settings";
const settingsShape = z
  .strictObject({
    kind: z.enum(["reactive", "daemon"]),
    grants: z.array(z.enum(GRANTS)),
    aliases: z.record(z.string(), z.array(z.string())),
    durability: z.enum(DURABILITIES),
    config: z.record(z.string(), z.string()),
    attempts: z.int().min(1).max(SETTINGS_MAX.attemptsMax),
    cpu_ms: z.int().min(1).max(SETTINGS_MAX.cpuMs),
    memory_mb: z.int().min(1).max(SETTINGS_MAX.memoryMb),
  })
  .partial();

/** Those of formula.toml, under the same names. */
const settingsParameter = z
  .string(SETTINGS_RULE)
  .max(LOAD_SETTINGS_BYTES_MAX, SETTINGS_RULE)
  .default("{}")
  .transform((text, context): LoadSettings => {
    const parsed = settingsShape.safeParse(jsonOf(text));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = issue?.path.join(".") ?? "";
      context.addIssue(`${SETTINGS_RULE}${where === "" ? "" : `; "${where}" is wrong: ${issue?.message ?? ""}`}`);
      return z.NEVER;
    }
    const { attempts, cpu_ms, memory_mb, ...same } = parsed.data;
    return { ...same, attemptsMax: attempts, cpuMs: cpu_ms, memoryMb: memory_mb };
  })
  .meta({ description: "Settings of the atom, as a JSON object: those of formula.toml. What it does not say stays." });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const load = operation(
  {
    id: "loadAtom",
    method: "put",
    path: ATOM_PATH,
    summary: "Adds the atom to the running system, or replaces its module; its state stays",
    tag: "atoms",
    pathShape: atomPath,
    queryShape: { settings: settingsParameter },
    payload: "The module, built as radon load builds it.",
    answers: json("It is loaded, and whether it has started.", loadedSchema),
    problems: [501],
  },
  async (call) => {
    const runtime = runtimeOf(call);
    if (runtime instanceof Response) return runtime;
    const remote = remoteProblem(runtime);
    if (remote !== undefined) return remote;
    const module = await readPayload(call.request, undefined, LOADED_MODULE_BYTES_MAX);
    if (module instanceof Response) return module;
    const address = atomAddress(runtime, call.path.atom);
    const refused = await put(call, address, { method: "PUT", body: encodeLoad(call.query.settings, module) });
    if (refused !== undefined) return refused;
    return begun(call, address);
  },
);

const unload = operation(
  {
    id: "unloadAtom",
    method: "delete",
    path: ATOM_PATH,
    summary: "Removes an atom that was loaded, with its state; one that the application has gets its own module back",
    tag: "atoms",
    pathShape: atomPath,
    queryShape: {},
    answers: done,
    problems: [],
  },
  async (call) => {
    const runtime = runtimeOf(call);
    if (runtime instanceof Response) return runtime;
    const { application, path, ask } = call;
    const built = application.atoms.filter((each) => each.runtime === runtime.name);
    if (!built.some(({ name }) => name === path.atom) && !(await isLoaded(runtime, path.atom, ask)))
      return unknownAtom(runtime, path.atom, built);
    const address = atomAddress(runtime, path.atom);
    const refused = await put(call, address, { method: "DELETE" });
    if (refused !== undefined) return refused;
    if (built.some(({ name }) => name === path.atom)) await begin(call, address);
    return new Response(null, { status: 204 });
  },
);

type AtomCall = Pick<Call<AtomPath>, "ask" | "reset" | "path">;

/** Has the atom's object keep what was loaded, and begin anew; the problem, if it does not. */
async function put(
  { ask, reset }: AtomCall,
  address: ObjectAddress,
  what: Pick<Question, "method" | "body">,
): Promise<Response | undefined> {
  const answer = await ask(address, { ...what, route: LOADED_ROUTE, limitMs: LOAD_MS_MAX, repeatable: true });
  if (!answer.ok) return answer;
  const released = await ask(address, { method: "POST", route: "/release", limitMs: RELEASE_MS_MAX, repeatable: true });
  await released.body?.cancel();
  await reset(address);
  return undefined;
}

/** Starts the atom, which moves its state first. */
function begin({ ask }: AtomCall, address: ObjectAddress): Promise<Response> {
  return ask(address, { method: "POST", route: "/start", limitMs: LOAD_MS_MAX, repeatable: true });
}

async function begun(call: AtomCall, address: ObjectAddress): Promise<Response> {
  const started = await begin(call, address);
  const state = await readJson(
    await call.ask(address, { method: "GET", route: "/state", limitMs: LOAD_MS_MAX, repeatable: true }),
    atomStateSchema.pick({ name: true, moduleHash: true }),
  );
  if (!state.ok) return problem(503, "UNAVAILABLE", `It is loaded, and does not tell its state: ${state.detail}`);
  const { name, moduleHash } = state.value;
  if (started.ok) return jsonResponse({ name, moduleHash, started: true });
  const why = await readJson(started, z.unknown());
  return jsonResponse({ name, moduleHash, started: false, ...(why.ok ? {} : { detail: why.detail }) });
}

/** A module is larger than what is passed on from runtime to runtime. */
function remoteProblem({ name, url }: RuntimeEntry): Response | undefined {
  if (url === undefined) return undefined;
  const detail = `No binding leads from this runtime to ${name}, and a module is not passed on: ask ${name} itself, at ${url}.`;
  return problem(409, "CONFLICT", detail);
}

export const loadOperations: readonly Operation[] = [load, unload];
