/**
 * The Durable Object of one atom: makes the session from the application and the platform, and hands it the events.
 * Everything else is in `atom-session.ts` and below.
 */
import { DurableObject } from "cloudflare:workers";
import { Router, type RouterType } from "itty-router";
import { application, modules, trampoline } from "radon:application";
import type { AtomEntry } from "./core/application.ts";
import { failure } from "./core/errors.ts";
import { decodeBatch, encodeBatch, type Ack, type Frame } from "./core/frame.ts";
import type { LaneReceiver } from "./core/lane.ts";
import { globalName, splitGlobalName } from "./core/names.ts";
import { AtomSession, type NamingPort, type SessionPorts, type Submission } from "./atom-session.ts";
import { systemClock } from "./clock.ts";
import { namingOf } from "./naming-client.ts";
import { moduleProgram } from "./engine/instance.ts";
import { inspectionRoutes } from "./object-routes/inspection.ts";
import { mailRoutes } from "./object-routes/mail.ts";
import { socketRoute } from "./object-routes/socket.ts";
import { problem } from "./problem.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { ObjectLane } from "./transport/object-lane.ts";
import { ObjectStubs } from "./transport/object-stubs.ts";

type Env = Readonly<Record<string, unknown>>;

/** Where the object keeps its own name: an alarm may wake it without. */
const NAME_KEY = "name";

export class AtomObject extends DurableObject<Env> {
  readonly #session: AtomSession | undefined;
  readonly #missing: string;
  readonly #router: RouterType = Router();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const name = ctx.id.name ?? ctx.storage.kv.get<string>(NAME_KEY);
    const entry = application.atoms.find((atom) => atom.runtime === application.runtime && atom.name === name);
    this.#session = entry && this.#open(entry);
    if (this.#session) {
      mailRoutes(this.#router, this.#session);
      inspectionRoutes(this.#router, this.#session);
    } else {
      this.#router.post("/batch", refuseBatch);
    }
    this.#missing = `The application has no atom ${application.runtime}/${name ?? "?"}.`;
    const noRoute = this.#session ? "The object has no such route." : this.#missing;
    this.#router.all("*", () => problem(404, "NOT_FOUND", noRoute));
  }

  override fetch(request: Request): Promise<Response> {
    return this.#router.fetch(request) as Promise<Response>;
  }

  /** An HTTP request on one of the atom's routes: its head (JSON in UTF-8), its body, its `Idempotency-Key`. */
  async trigger(head: Uint8Array, payload: Uint8Array, key: string | undefined): Promise<Submission> {
    const session = this.#session;
    if (!session) return { kind: "refused", failure: failure("NOT_FOUND", this.#missing) };
    return session.ask((id) => ({ kind: "http", id, head, payload }), session.entry.httpTimeoutMs, key);
  }

  override alarm(): void {
    this.#session?.start();
  }

  #open(entry: AtomEntry): AtomSession {
    const { ctx } = this;
    if (ctx.storage.kv.get(NAME_KEY) === undefined) ctx.storage.kv.put(NAME_KEY, entry.name);
    const module = modules[entry.module];
    if (!module) throw new Error(`The bundle lacks the module "${entry.module}" of ${entry.runtime}/${entry.name}.`);
    const ports: SessionPorts = {
      store: new SqliteStore(ctx.storage),
      openLane: (receiver) => this.#openLane(entry, receiver),
      naming: namingPort(this.env),
      clock: systemClock,
      waitUntil: (work) => ctx.waitUntil(work),
      setAlarm: (atMs) => void ctx.storage.setAlarm(atMs),
      abort: (reason) => ctx.abort(reason),
    };
    return new AtomSession(application, entry, moduleProgram(module, trampoline), ports);
  }

  #openLane({ runtime, name }: AtomEntry, receiver: LaneReceiver): ObjectLane {
    const stubs = new ObjectStubs(application, this.env);
    const waitUntil = (work: Promise<unknown>) => this.ctx.waitUntil(work);
    const lane = new ObjectLane(globalName(runtime, name), stubs, receiver, systemClock, waitUntil);
    socketRoute(this.#router, lane.sockets);
    return lane;
  }
}

function namingPort(env: Env): NamingPort {
  const own = application.runtimes.find(({ name }) => name === application.runtime);
  const naming = namingOf(env[own?.namingBinding ?? ""] as DurableObjectNamespace);
  return {
    async setAliases(atom, delta) {
      const answer = await naming.setAliases(splitGlobalName(atom).atom, delta);
      if ("code" in answer) throw new Error(answer.reason);
      return answer.revision;
    },
    resolve: (name, asker) => naming.resolve(name, asker),
    lookup: (query, asker) => naming.lookup({ ...query, asker }),
  };
}

/** Frames for an atom that the application does not have: their sender learns that nobody will ever take them. */
async function refuseBatch(request: Request): Promise<Response> {
  const batch = decodeBatch(new Uint8Array(await request.arrayBuffer()));
  return new Response(encodeBatch({ frames: [], acks: batch.frames.map(unknownAck) }));
}

function unknownAck(frame: Frame): Ack {
  const { from, to, channel, fromEpoch, first } = frame;
  return { from: to, to: from, channel, toEpoch: fromEpoch, epoch: 0, next: first, status: "unknown" };
}
