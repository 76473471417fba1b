/** The reference beside a crowd of atoms, with the module that all of these have: objects that have not run yet. */
import type { Cold } from "./cold.ts";
import type { Empty } from "./empty.ts";

export { Cold } from "./cold.ts";
export { Empty } from "./empty.ts";

interface Env {
  readonly EMPTY: DurableObjectNamespace<Empty>;
  readonly COLD: DurableObjectNamespace<Cold>;
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const count = Number(searchParams.get("count"));
    if (pathname === "/empty") return Response.json(await makeEmpty(env, Number(searchParams.get("from")), count));
    if (pathname !== "/floor/cold") return new Response("no such route", { status: 404 });
    return Response.json(await env.COLD.getByName("asker").timeFirstRequests(count));
  },
} satisfies ExportedHandler<Env>;

async function makeEmpty({ EMPTY }: Env, from: number, count: number): Promise<{ upTo: number }> {
  const upTo = from + count;
  for (let index = from; index < upTo; index += 1) await EMPTY.getByName(`empty-${index}`).fetch("http://empty/");
  return { upTo };
}
