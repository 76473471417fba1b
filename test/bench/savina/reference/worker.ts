/** Runs a benchmark in bare Durable Objects: `/NAME?actors=&each=&durable=`; answers with the microseconds it took. */
import type { Actor, Env } from "./actor.ts";

export { Actor } from "./actor.ts";

interface Size {
  readonly actors: number;
  readonly each: number;
  readonly durable: boolean;
}

type Run = (master: DurableObjectStub<Actor>, size: Size) => Promise<void>;

const fork: Run = (master, { actors, each, durable }) => master.fork(actors, each, durable);

const RUNS: Readonly<Record<string, Run>> = {
  "ping-pong": (master, { each, durable }) => master.play(each, durable),
  "thread-ring": (master, { actors, each, durable }) => master.sendRound(each, actors, durable),
  counting: fork,
  "fork-join-throughput": fork,
  "fork-join-create": fork,
  big: (master, { actors, each, durable }) => master.big(actors, each, durable),
  "bank-transaction": (master, { actors, each, durable }) => master.bank(actors, each, durable),
};

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const run = RUNS[pathname.slice(1)];
    if (!run) return new Response("no such benchmark", { status: 404 });
    const master = env.ACTOR.getByName(pathname === "/thread-ring" ? "ring-0" : "master");
    const start = performance.now();
    await run(master, {
      actors: Number(searchParams.get("actors")),
      each: Number(searchParams.get("each")),
      durable: searchParams.get("durable") === "yes",
    });
    return Response.json({ us: (performance.now() - start) * 1000 });
  },
} satisfies ExportedHandler<Env>;
