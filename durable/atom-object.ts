/**
 * The Durable Object of one atom: finds out which atom that is and where its session runs, and hands it the events. Everything
 * else is in `open-atom.ts` and below, and, for a module that was loaded into the object, in `loaded/`.
 */
import { DurableObject } from "cloudflare:workers";
import { application, engine, modules } from "radon:application";
import type { AtomEntry } from "./core/application.ts";
import { alone } from "./core/bytes.ts";
import { failure } from "./core/errors.ts";
import { decodeBatch, encodeBatch, refusalOf } from "./core/frame.ts";
import type { AtomName } from "./core/names.ts";
import type { Submission } from "./atom-session.ts";
import { systemClock } from "./clock.ts";
import { moduleProgram } from "./engine/instance.ts";
import { Loading } from "./loaded/loading.ts";
import { isLoadingRequest, loadingResponse } from "./loaded/loading-routes.ts";
import { namingPort } from "./naming-port.ts";
import { openAtom } from "./open-atom.ts";
import { problem } from "./problem.ts";
import { SessionAtom, type ServedAtom } from "./served-atom.ts";
import { refused, type Refusal } from "./signing/refusal.ts";
import { ReplayGuard, type Stamp } from "./signing/replay-guard.ts";
import { readSignedBatch } from "./signing/signed-batch.ts";
import { SqliteStore } from "./sqlite-store.ts";
import { ObjectStubs } from "./transport/object-stubs.ts";

type Env = Readonly<Record<string, unknown>>;

const ownAtoms: ReadonlyMap<string, AtomEntry> = new Map(
  application.atoms.filter(({ runtime }) => runtime === application.runtime).map((atom) => [atom.name, atom]),
);

export class AtomObject extends DurableObject<Env> {
  readonly #name: string | undefined;
  readonly #entry: AtomEntry | undefined;
  readonly #loading: Loading;
  /** Undefined as long as it is not known where the state of the atom has to be, and if there is no such atom. */
  #served: ServedAtom | undefined;
  #settling: Promise<void> | undefined;
  #guard: ReplayGuard | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const store = new SqliteStore(ctx.storage);
    this.#loading = new Loading(ctx, env);
    const { record } = this.#loading;
    this.#name = ctx.id.name ?? store.atomName ?? record?.entry.name;
    this.#entry = this.#name === undefined ? undefined : ownAtoms.get(this.#name);
    this.#loading.built = this.#entry;
    if (!record) this.#served = this.#entry && this.#open(this.#entry, store);
  }

  override async fetch(request: Request): Promise<Response> {
    const served = this.#served ?? (await this.#settled());
    if (isLoadingRequest(request)) return loadingResponse(request, this.#loading, this.#name as AtomName, this.env);
    return served ? served.fetch(request) : problem(404, "NOT_FOUND", this.#missing);
  }

  /** A peer's batch; the one that answers it, once all that it brought is durable. */
  async exchange(bytes: Uint8Array): Promise<Uint8Array> {
    const served = this.#served ?? (await this.#settled());
    return served ? alone(await served.exchange(bytes)) : alone(encodeBatch(refusalOf(decodeBatch(bytes))));
  }

  /** The same of a runtime that no binding reaches: a batch is taken once, and only of that runtime's own atoms. */
  async exchangeSigned(stamp: Stamp, bytes: Uint8Array): Promise<Uint8Array | Refusal> {
    const batch = readSignedBatch(bytes, stamp.issuer, `${application.runtime}/${this.ctx.id.name}`);
    if ("code" in batch) return batch;
    const served = this.#served ?? (await this.#settled());
    if (!served) return alone(encodeBatch(refusalOf(batch)));
    return (await this.admit(stamp)) ?? alone(await served.exchange(bytes));
  }

  /** Takes note of a signed request before what it asks for is done; the refusal, if it came before. */
  async admit(stamp: Stamp): Promise<Refusal | undefined> {
    if (!(this.#served ?? (await this.#settled()))) return refused("DENIED", this.#missing);
    this.#guard ??= new ReplayGuard(this.ctx.storage.sql);
    return this.#guard.admit(stamp, systemClock.now());
  }

  /** An HTTP request on one of the atom's routes: its head (JSON in UTF-8), its body, its `Idempotency-Key`. */
  async trigger(head: Uint8Array, payload: Uint8Array, key: string | undefined): Promise<Submission> {
    const served = this.#served ?? (await this.#settled());
    return served
      ? served.trigger(head, payload, key)
      : { kind: "refused", failure: failure("NOT_FOUND", this.#missing) };
  }

  override async alarm(): Promise<void> {
    await (this.#served ?? (await this.#settled()))?.wake();
  }

  /** The object is to begin anew, with what was loaded since. Whoever calls this gets an error instead of an answer. */
  reset(): void {
    this.ctx.abort("The object begins anew, with another module.");
  }

  get #missing(): string {
    return `The application has no atom ${application.runtime}/${this.#name ?? "?"}.`;
  }

  /** The atom, once its state is where it has to be; all events of this life wait for the same move. */
  async #settled(): Promise<ServedAtom | undefined> {
    if (!this.#loading.isDue && !this.#settling) return undefined;
    this.#settling ??= this.#settle();
    try {
      await this.#settling;
    } catch (error) {
      // The next event begins the move again.
      this.#settling = undefined;
      throw error;
    }
    return this.#served;
  }

  async #settle(): Promise<void> {
    await this.#loading.settle();
    this.#served =
      this.#loading.served() ?? (this.#entry && this.#open(this.#entry, new SqliteStore(this.ctx.storage)));
  }

  #open(entry: AtomEntry, store: SqliteStore): SessionAtom {
    const { ctx, env } = this;
    const module = modules[entry.module];
    if (!module) throw new Error(`The bundle lacks the module "${entry.module}" of ${entry.runtime}/${entry.name}.`);
    const parts = openAtom(application, entry, moduleProgram(module, engine), {
      ...{ store, peers: new ObjectStubs(application, env), naming: namingPort(application, env) },
      waitUntil: (work) => ctx.waitUntil(work),
      setAlarm: (atMs) => void ctx.storage.setAlarm(atMs),
      abort: (reason) => ctx.abort(reason),
    });
    return new SessionAtom(parts);
  }
}
