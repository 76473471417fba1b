/**
 * The Durable Object of one atom: makes the session from the application and the platform, and hands it the events.
 * Everything else is in `atom-session.ts` and below.
 */
import { DurableObject } from "cloudflare:workers";
import { application, modules, trampoline } from "radon:application";
import type { AtomEntry } from "./core/application.ts";
import { alone } from "./core/bytes.ts";
import { failure } from "./core/errors.ts";
import { decodeBatch, encodeBatch, refusalOf } from "./core/frame.ts";
import { RESTING_MEMORY_BYTES_MAX } from "./core/limits.ts";
import type { LaneReceiver } from "./core/lane.ts";
import { globalName, splitGlobalName } from "./core/names.ts";
import { AtomSession, type NamingPort, type SessionPorts, type Submission } from "./atom-session.ts";
import { systemClock } from "./clock.ts";
import { LoopTurns } from "./loop-watch.ts";
import { namingOf } from "./naming-client.ts";
import { moduleProgram } from "./engine/instance.ts";
import { RestingInstances } from "./engine/resting-instances.ts";
import type { AtomParts } from "./object-routes/atom-parts.ts";
import { atomRouter } from "./object-routes/atom-router.ts";
import { problem } from "./problem.ts";
import { refused, type Refusal } from "./signing/refusal.ts";
import { ReplayGuard, type Stamp } from "./signing/replay-guard.ts";
import { readSignedBatch } from "./signing/signed-batch.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { namespaceOf } from "./transport/namespaces.ts";
import { ObjectLane } from "./transport/object-lane.ts";
import { ObjectStubs } from "./transport/object-stubs.ts";

type Env = Readonly<Record<string, unknown>>;

const router = atomRouter();
const ownAtoms: ReadonlyMap<string, AtomEntry> = new Map(
  application.atoms.filter(({ runtime }) => runtime === application.runtime).map((atom) => [atom.name, atom]),
);
/** Several objects share an isolate, and its memory. */
const resting = new RestingInstances(RESTING_MEMORY_BYTES_MAX);
/** And the thread. */
const turns = new LoopTurns();

export class AtomObject extends DurableObject<Env> {
  readonly #parts: AtomParts | undefined;
  readonly #missing: string;
  #guard: ReplayGuard | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const store = new SqliteStore(ctx.storage);
    const name = ctx.id.name ?? store.atomName;
    const entry = name === undefined ? undefined : ownAtoms.get(name);
    this.#parts = entry && this.#open(entry, store);
    this.#missing = `The application has no atom ${application.runtime}/${name ?? "?"}.`;
  }

  override fetch(request: Request): Promise<Response> {
    if (!this.#parts) return Promise.resolve(problem(404, "NOT_FOUND", this.#missing));
    return router.fetch(request, this.#parts) as Promise<Response>;
  }

  /** A peer's batch; the one that answers it, once all that it brought is durable. */
  async exchange(bytes: Uint8Array): Promise<Uint8Array> {
    const batch = decodeBatch(bytes);
    return alone(encodeBatch(this.#parts ? await this.#parts.session.answerBatch(batch) : refusalOf(batch)));
  }

  /** The same of a runtime that no binding reaches: a batch is taken once, and only of that runtime's own atoms. */
  async exchangeSigned(stamp: Stamp, bytes: Uint8Array): Promise<Uint8Array | Refusal> {
    const batch = readSignedBatch(bytes, stamp.issuer, `${application.runtime}/${this.ctx.id.name}`);
    if ("code" in batch) return batch;
    if (!this.#parts) return alone(encodeBatch(refusalOf(batch)));
    return this.admit(stamp) ?? alone(encodeBatch(await this.#parts.session.answerBatch(batch)));
  }

  /** Takes note of a signed request before what it asks for is done; the refusal, if it came before. */
  admit(stamp: Stamp): Refusal | undefined {
    if (!this.#parts) return refused("DENIED", this.#missing);
    this.#guard ??= new ReplayGuard(this.ctx.storage.sql);
    return this.#guard.admit(stamp, systemClock.now());
  }

  /** An HTTP request on one of the atom's routes: its head (JSON in UTF-8), its body, its `Idempotency-Key`. */
  async trigger(head: Uint8Array, payload: Uint8Array, key: string | undefined): Promise<Submission> {
    if (!this.#parts) return { kind: "refused", failure: failure("NOT_FOUND", this.#missing) };
    const { session } = this.#parts;
    return session.ask((id) => ({ kind: "http", id, head, payload }), session.entry.httpTimeoutMs, key);
  }

  override alarm(): void {
    this.#parts?.session.start();
  }

  #open(entry: AtomEntry, store: SqliteStore): AtomParts {
    const { ctx, env } = this;
    if (store.atomName === undefined) store.noteAtomName(entry.name);
    const module = modules[entry.module];
    if (!module) throw new Error(`The bundle lacks the module "${entry.module}" of ${entry.runtime}/${entry.name}.`);
    const self = globalName(entry.runtime, entry.name);
    const waitUntil = (work: Promise<unknown>) => ctx.waitUntil(work);
    const openLane = (receiver: LaneReceiver) =>
      new ObjectLane(self, new ObjectStubs(application, env), receiver, systemClock, waitUntil);
    let lane: ObjectLane | undefined;
    const ports: SessionPorts = {
      store,
      openLane: (receiver) => (lane = openLane(receiver)),
      naming: namingPort(env),
      clock: systemClock,
      resting,
      turns,
      waitUntil,
      setAlarm: (atMs) => void ctx.storage.setAlarm(atMs),
      abort: (reason) => ctx.abort(reason),
    };
    const session = new AtomSession(application, entry, moduleProgram(module, trampoline), ports);
    return { session, sockets: (lane as unknown as ObjectLane).sockets };
  }
}

function namingPort(env: Env): NamingPort {
  const own = application.runtimes.find(({ name }) => name === application.runtime);
  const naming = namingOf((own && namespaceOf(own, "naming", env)) as DurableObjectNamespace);
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
