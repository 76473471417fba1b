/** The routes by which something is loaded into an atom's object, or taken out of it again. */
import { application } from "radon:application";
import { failure, type Failure } from "../core/errors.ts";
import type { AtomName } from "../core/names.ts";
import { ownNaming } from "../naming-client.ts";
import { issuerOf } from "../naming-rights.ts";
import type { LoadedStatement } from "../naming-wire.ts";
import { failureResponse } from "../object-routes/answers.ts";
import { problem } from "../problem.ts";
import { decodeLoad, LOADED_ROUTE } from "./load-body.ts";
import type { Loading } from "./loading.ts";

type Env = Readonly<Record<string, unknown>>;

/** The whole path counts: a key may be called so as well. */
export function isLoadingRequest({ method, url }: Request): boolean {
  return (method === "PUT" || method === "DELETE") && new URL(url).pathname === LOADED_ROUTE;
}

/** A module is code of this runtime, which no other one brings: it would have more to say here than of its own atoms. */
export async function loadingResponse(request: Request, loading: Loading, name: AtomName, env: Env): Promise<Response> {
  const issuer = issuerOf(request);
  if (issuer !== undefined)
    return problem(403, "DENIED", `Runtime ${issuer} may not load atoms into runtime ${application.runtime}.`);
  const failed = await (request.method === "PUT" ? put(request, loading, name, env) : remove(loading, name, env));
  return failed ? failureResponse(failed) : new Response(null, { status: 204 });
}

async function put(request: Request, loading: Loading, atom: AtomName, env: Env): Promise<Failure | undefined> {
  const { settings, module } = decodeLoad(new Uint8Array(await request.arrayBuffer()));
  const loaded = await loading.load(atom, settings, module);
  if ("code" in loaded) return loaded;
  const { kind, moduleHash, aliases } = loaded.entry;
  return tell(env, { atom, loaded: { kind, moduleHash, aliases, replaces: loaded.replaces } });
}

async function remove(loading: Loading, atom: AtomName, env: Env): Promise<Failure | undefined> {
  return loading.unload() ?? tell(env, { atom, loaded: null });
}

/** Who asked is told if the names could not be: asking again puts that right. */
async function tell(env: Env, statement: LoadedStatement): Promise<Failure | undefined> {
  try {
    const answer = await ownNaming(application, env).setLoaded(statement);
    return "code" in answer ? answer : undefined;
  } catch (error) {
    return failure("BUSY", `The naming of this runtime could not be told: ${String(error)}. Try again.`);
  }
}
