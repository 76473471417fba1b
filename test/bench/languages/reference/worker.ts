/** What the atoms do, in JavaScript inside bare Durable Objects, in the same process. */
import { DurableObject } from "cloudflare:workers";
import type { Peer } from "../../reference/peer.ts";
import { fannkuch } from "./fannkuch.ts";

export { Peer } from "../../reference/peer.ts";

interface Env {
  readonly PEER: DurableObjectNamespace<Peer>;
  readonly BARE: DurableObjectNamespace<Bare>;
}

const VALUE = new Uint8Array(64);

/** The object that is asked as the atom is. */
export class Bare extends DurableObject<Env> {
  /** Each key is a row, as in an atom's store. */
  putAll(count: number): string {
    for (let key = 0; key < count; key += 1) this.ctx.storage.kv.put(String(key), VALUE);
    return String(count);
  }

  compute(size: number): string {
    return fannkuch(size);
  }
}

type Route = (number: number, env: Env) => Promise<Response>;

const ROUTES: Readonly<Record<string, Route>> = {
  "/round-trip": async (ms, env) => Response.json(await env.PEER.getByName("sender").timeEchoes(ms)),
  "/put": async (count, env) => new Response(await env.BARE.getByName("bare").putAll(count)),
  "/kernel": async (size, env) => new Response(await env.BARE.getByName("bare").compute(size)),
};

export default {
  fetch: (request, env) => {
    const { pathname, searchParams } = new URL(request.url);
    const route = ROUTES[pathname];
    return route
      ? route(Number(searchParams.get("n") ?? searchParams.get("ms")), env)
      : Promise.resolve(new Response("no such route", { status: 404 }));
  },
} satisfies ExportedHandler<Env>;
