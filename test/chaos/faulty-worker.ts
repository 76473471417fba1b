/**
 * The entry of a runtime's Worker under chaos. It stands in front of the Worker as it was built and adds what production code
 * has no way to do: `POST /_chaos/BINDING/OBJECT/FAULT` aborts an object, or makes the lanes that leave it fail for a while.
 *
 * Invariants
 * 1. The Worker behind it is untouched: faults come from outside its code, by `ctx.abort` and by the bindings it is given.
 * 2. Lanes do what a network may do, and no more: carry nothing, carry without an answer, carry twice, break.
 */
import worker, { AtomObject as BuiltAtomObject, NamingObject as BuiltNamingObject } from "../../workers/runtime.ts";
import { FaultyLanes } from "./faulty-lanes.ts";

type Env = Readonly<Record<string, unknown>>;

const FAULT_PATH = /^\/_chaos\/([^/]+)\/([^/]+)(\/.*)$/;

export class AtomObject extends BuiltAtomObject {
  readonly #lanes: FaultyLanes;

  constructor(ctx: DurableObjectState, env: Env) {
    const lanes = new FaultyLanes();
    super(ctx, lanes.around(env));
    this.#lanes = lanes;
  }

  override fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/chaos/abort") this.ctx.abort("Aborted by the chaos.");
    if (pathname !== "/chaos/lanes") return super.fetch(request);
    const sockets = this.#lanes.fail(Number(searchParams.get("ms")));
    return Promise.resolve(Response.json({ sockets }));
  }
}

export class NamingObject extends BuiltNamingObject {
  override fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === "/chaos/abort") this.ctx.abort("Aborted by the chaos.");
    return super.fetch(request);
  }
}

export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    const [, binding, object, fault] = FAULT_PATH.exec(url.pathname) ?? [];
    if (binding === undefined || object === undefined) return worker.fetch(request, env, context);
    const objects = env[binding] as DurableObjectNamespace;
    return objects
      .get(objects.idFromName(object))
      .fetch(`http://object/chaos${fault}${url.search}`, { method: "POST" });
  },
} satisfies ExportedHandler<Env>;
