/**
 * What the naming object of one runtime does: it reads requests, hands them to its role (leader or follower, as the
 * application says) and answers; the decisions are made in durable/core. The Durable Object around it only holds it.
 *
 * Invariants
 * 1. Lookups are answered from this object's own directory, whether or not the leader is there.
 * 2. Everything survives the object: it comes back with its identity, revision, directory and what it owes the leader.
 */
import { Router } from "itty-router";
import type { Application } from "./core/application.ts";
import { lookup, resolve } from "./core/lookup.ts";
import { directoryView } from "./core/naming.ts";
import { isSuperseded } from "./core/loaded-atom.ts";
import type { AtomName, RuntimeName } from "./core/names.ts";
import { OwnAtoms, type LoadedName } from "./core/own-atoms.ts";
import { PatternCache } from "./core/patterns.ts";
import { ownDeployment } from "./deployment.ts";
import { FollowerRole } from "./naming-follower.ts";
import { LeaderRole } from "./naming-leader.ts";
import { NamingPeers } from "./naming-peers.ts";
import { denial, denialOfOther, issuerOf } from "./naming-rights.ts";
import { NamingStore, type NamingStorage } from "./naming-store.ts";
import {
  aliasesSchema,
  changesQuerySchema,
  loadedSchema,
  lookupSchema,
  read,
  readBody,
  registerSchema,
  resolveSchema,
  updateSchema,
} from "./naming-wire.ts";
import { problem } from "./problem.ts";

const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  INVALID: 400,
  DENIED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  TOO_LARGE: 413,
};

/** What the service needs of the object that holds it. */
export interface NamingHost {
  readonly storage: NamingStorage & Pick<DurableObjectStorage, "setAlarm">;
  /** Whose the runtime's name is: the same for the whole life of the object, and another one for every other object. */
  readonly identity: string;
  waitUntil(promise: Promise<unknown>): void;
}

export class NamingService {
  readonly #application: Application;
  readonly #host: NamingHost;
  readonly #store: NamingStore;
  readonly #own: OwnAtoms;
  readonly #role: LeaderRole | FollowerRole;
  readonly #patterns = new PatternCache();
  readonly #router = Router();
  #awake = false;

  constructor(application: Application, host: NamingHost, env: Readonly<Record<string, unknown>>) {
    this.#application = application;
    this.#host = host;
    this.#store = new NamingStore(host.storage);
    this.#own = new OwnAtoms(application, application.runtime, this.#store.loadDeltas(), this.#loadedNames());
    const peers = new NamingPeers(application, env);
    this.#role =
      application.leader === application.runtime
        ? new LeaderRole(application, this.#store, peers, this.#own, host.identity, crypto.randomUUID())
        : new FollowerRole(application, this.#store, peers, this.#own, host.identity);
    this.#route();
  }

  async fetch(request: Request): Promise<Response> {
    this.#wake();
    const denied = denial(request, this.#application);
    if (denied !== undefined) return denied;
    const response: unknown = await this.#router.fetch(request);
    return response instanceof Response ? response : problem(404, "NOT_FOUND", "Naming has no such route.");
  }

  async alarm(): Promise<void> {
    this.#awake = true;
    if (!this.#role.isLeader) await this.#converse(this.#role).catch(() => undefined);
  }

  #route(): void {
    this.#router
      .post("/start", () => this.#start())
      .post("/aliases", (request) => this.#setAliases(request))
      .post("/loaded", (request) => this.#setLoaded(request))
      .get("/loaded", ({ query }) => Response.json({ loaded: this.#own.isLoaded(query["atom"] as AtomName) }))
      .post("/resolve", (request) => this.#resolve(request))
      .post("/lookup", (request) => this.#lookup(request))
      .get("/directory", () => this.#directory())
      .get("/deployment", async () => Response.json(await ownDeployment(this.#application)))
      .get("/identity", () => Response.json({ identity: this.#host.identity }))
      .post("/register", (request) => this.#register(request))
      .get("/changes", (request) => this.#changesSince(request))
      .post("/changes", (request) => this.#hear(request));
  }

  /** Those that were loaded; what was deployed over one is its end, also if a later deployment should bring back what was there. */
  #loadedNames(): (readonly [AtomName, LoadedName])[] {
    const { atoms, runtime } = this.#application;
    const isOver = ([name, loaded]: readonly [AtomName, LoadedName]) =>
      isSuperseded(
        loaded,
        atoms.find((atom) => atom.runtime === runtime && atom.name === name),
      );
    const all = this.#store.loadLoaded();
    for (const each of all) if (isOver(each)) this.#store.putLoaded(each[0], null);
    return all.filter((each) => !isOver(each));
  }

  /** The first event of the object's life finds out what happened meanwhile, and tells that it is there. */
  #wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    this.#publish(true);
  }

  /** After the answer, tells the others what is new. A follower without news asks for some only if `anyway`. */
  #publish(anyway = false): void {
    const role = this.#role;
    if (role.isLeader) this.#host.waitUntil(role.publish());
    else if (anyway) this.#host.waitUntil(this.#converse(role).catch(() => undefined));
    else this.#host.waitUntil(role.publish().then(() => this.#arm(role)));
  }

  async #converse(role: FollowerRole) {
    try {
      return await role.start();
    } finally {
      await this.#arm(role);
    }
  }

  #arm(role: FollowerRole): Promise<void> {
    return this.#host.storage.setAlarm(Date.now() + role.nextDelayMs(Math.random()));
  }

  async #start(): Promise<Response> {
    const role = this.#role;
    if (role.isLeader) {
      this.#publish();
      return Response.json({ version: role.version });
    }
    try {
      const refusal = await this.#converse(role);
      return refusal === undefined ? Response.json({ version: role.version }) : this.#failed(refusal);
    } catch {
      // The runtime works without its leader, and registers when the leader is there.
      return Response.json({ version: role.version, leader: "unreachable" });
    }
  }

  async #setAliases(request: Request): Promise<Response> {
    const body = await readBody(request, aliasesSchema);
    if (body instanceof Response) return body;
    const verdict = this.#own.judge(body.atom, body.delta);
    if ("code" in verdict) return this.#failed(verdict);
    if (verdict.fresh) {
      this.#store.putDelta(body.atom, verdict.delta);
      this.#own.put(body.atom, verdict.delta);
      this.#role.stateOwn();
      this.#publish();
    }
    return Response.json({ version: this.#role.version, revision: verdict.revision });
  }

  async #setLoaded(request: Request): Promise<Response> {
    const body = await readBody(request, loadedSchema);
    if (body instanceof Response) return body;
    this.#store.putLoaded(body.atom, body.loaded);
    this.#own.setLoaded(body.atom, body.loaded);
    this.#role.stateOwn();
    this.#publish();
    return Response.json({ version: this.#role.version });
  }

  async #resolve(request: Request): Promise<Response> {
    const body = await readBody(request, resolveSchema);
    if (body instanceof Response) return body;
    const name = resolve(this.#role.directory, body.name, body.asker, this.#application.runtime);
    return typeof name === "string" ? Response.json({ name }) : this.#failed(name);
  }

  async #lookup(request: Request): Promise<Response> {
    const query = await readBody(request, lookupSchema);
    if (query instanceof Response) return query;
    const answer = lookup(this.#role.directory, this.#patterns, query, this.#application.runtime);
    return "code" in answer ? this.#failed(answer) : Response.json({ ...answer, version: this.#role.version });
  }

  #directory(): Response {
    const { directory, version, isLeader } = this.#role;
    const healthOf = (runtime: RuntimeName) => this.#role.healthOf(runtime);
    return Response.json(directoryView(directory, version, this.#application.leader, isLeader, healthOf));
  }

  async #register(request: Request): Promise<Response> {
    const role = this.#role;
    if (!role.isLeader) return this.#notLeader();
    const body = await readBody(request, registerSchema);
    if (body instanceof Response) return body;
    const denied = denialOfOther(issuerOf(request), body.runtime);
    if (denied !== undefined) return denied;
    const decision = await role.register(body);
    if (decision.kind === "refused") return this.#failed(decision);
    if (decision.changes.length > 0) this.#publish();
    const { accepted, revision } = decision;
    const update = body.replica === undefined ? {} : { update: role.updateSince(body.replica) };
    return Response.json({ version: role.version, accepted, revision, ...update });
  }

  #changesSince(request: Request): Response {
    const role = this.#role;
    if (!role.isLeader) return this.#notLeader();
    const query = read(Object.fromEntries(new URL(request.url).searchParams), changesQuerySchema);
    if (query instanceof Response) return query;
    const position = { epoch: query.epoch, version: query.since };
    if (query.runtime !== undefined) role.heard(query.runtime, position);
    return Response.json(role.updateSince(position));
  }

  async #hear(request: Request): Promise<Response> {
    const role = this.#role;
    if (role.isLeader) return problem(409, "CONFLICT", `Runtime ${this.#application.runtime} is the leader itself.`);
    const update = await readBody(request, updateSchema);
    if (update instanceof Response) return update;
    if (role.hear(update)) this.#publish(true);
    return Response.json(role.position);
  }

  #failed({ code, reason }: { readonly code: string; readonly reason: string }): Response {
    return problem(STATUS_OF_CODE[code] ?? 500, code, reason);
  }

  /** Builds of the application may differ for a while over who leads: whoever asked tries again later. */
  #notLeader(): Response {
    const { runtime, leader } = this.#application;
    const detail = `Runtime ${runtime} is not the naming leader; its application says that ${leader} is.`;
    return problem(503, "UNAVAILABLE", detail);
  }
}
