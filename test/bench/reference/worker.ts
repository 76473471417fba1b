/**
 * The reference: what a user of bare Durable Objects would write by hand. It runs in the same workerd process, so on the same thread,
 * as the runtimes that are measured.
 */
import type { Floor } from "./floor.ts";
import type { Peer } from "./peer.ts";

export { Empty } from "./empty.ts";
export { Floor } from "./floor.ts";
export { Peer } from "./peer.ts";

interface Env {
  readonly PEER: DurableObjectNamespace<Peer>;
  readonly EMPTY: DurableObjectNamespace;
  readonly FLOOR: DurableObjectNamespace<Floor>;
}

type Route = (url: URL, env: Env) => Promise<Response>;

const ROUTES: Readonly<Record<string, Route>> = {
  /** Microseconds of a round trip between two objects. */
  "/round-trip": async (url, env) => Response.json(await sender(env).timeEchoes(milliseconds(url))),
  /** Messages a second that an object stores in a row each before it answers. */
  "/stored": async (url, env) => Response.json(await sender(env).timeStored(milliseconds(url))),
  /** The floors of a request, in microseconds, and of one-way messages, a second. */
  "/floor/request": async (url, env) =>
    Response.json(await floor(env, "durable").timeRequests(milliseconds(url), true)),
  "/floor/request-volatile": async (url, env) =>
    Response.json(await floor(env, "volatile").timeRequests(milliseconds(url), false)),
  "/floor/one-way": async (url, env) => Response.json(await floor(env, "flow").timeFlow(milliseconds(url))),
  /** A counter in a row. */
  "/counter": async (_url, env) => new Response(String(await env.PEER.getByName("counter").count())),
  /** Makes empty objects. */
  "/empty": async (url, env) => {
    const from = Number(url.searchParams.get("from"));
    const upTo = from + Number(url.searchParams.get("count"));
    for (let index = from; index < upTo; index += 1) await env.EMPTY.getByName(`empty-${index}`).fetch("http://empty/");
    return Response.json({ upTo });
  },
};

function sender(env: Env): DurableObjectStub<Peer> {
  return env.PEER.getByName("sender");
}

/** Each kind has objects of its own. */
function floor(env: Env, kind: string): DurableObjectStub<Floor> {
  return env.FLOOR.getByName(`${kind}-sender`);
}

function milliseconds(url: URL): number {
  return Number(url.searchParams.get("ms"));
}

export default {
  fetch: (request, env) => {
    const url = new URL(request.url);
    const route = ROUTES[url.pathname];
    return route ? route(url, env) : Promise.resolve(new Response("no such route", { status: 404 }));
  },
} satisfies ExportedHandler<Env>;
