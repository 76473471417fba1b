/**
 * The reference: what a user of bare Durable Objects would write by hand. It runs in the same workerd process, so on the same thread,
 * as the runtimes that are measured.
 */
import { timersBesideRally, type FairFloor } from "./fair-floor.ts";
import type { FanOut } from "./fan-out.ts";
import type { Floor } from "./floor.ts";
import type { GuestFloor } from "./guest-floor.ts";
import type { Peer } from "./peer.ts";

export { FairFloor } from "./fair-floor.ts";
export { FanOut } from "./fan-out.ts";
export { Floor } from "./floor.ts";
export { GuestFloor } from "./guest-floor.ts";
export { Peer } from "./peer.ts";

interface Env {
  readonly PEER: DurableObjectNamespace<Peer>;
  readonly FLOOR: DurableObjectNamespace<Floor>;
  readonly GUEST_FLOOR: DurableObjectNamespace<GuestFloor>;
  readonly FAIR_FLOOR: DurableObjectNamespace<FairFloor>;
  readonly FAN_OUT: DurableObjectNamespace<FanOut>;
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
  "/floor/one-way-guests": async (url, env) =>
    Response.json(await env.GUEST_FLOOR.getByName("sender").timeFlow(milliseconds(url))),
  /** The floor of one message to many, in microseconds a delivery. */
  "/floor/publish": async (url, env) =>
    Response.json(await env.FAN_OUT.getByName("publisher").timeDeliveries(milliseconds(url))),
  /** How late timers are beside a rally without end, in milliseconds, and how many balls were played. */
  "/floor/timers": async (url, env) => Response.json(await timersBesideRally(env.FAIR_FLOOR, "volatile", timers(url))),
  "/floor/timers-durable": async (url, env) =>
    Response.json(await timersBesideRally(env.FAIR_FLOOR, "durable", timers(url))),
  /** A counter in a row. */
  "/counter": async (_url, env) => new Response(String(await env.PEER.getByName("counter").count())),
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

function timers(url: URL): number {
  return Number(url.searchParams.get("timers"));
}

export default {
  fetch: (request, env) => {
    const url = new URL(request.url);
    const route = ROUTES[url.pathname];
    return route ? route(url, env) : Promise.resolve(new Response("no such route", { status: 404 }));
  },
} satisfies ExportedHandler<Env>;
