/**
 * A naming object as a follower: it answers from its replica, states its own runtime to the leader and keeps up with it.
 *
 * Invariants
 * 1. A change is stored before it is applied; a change of its own atoms is applied before the leader is asked anything.
 * 2. One conversation with the leader at a time; what changes meanwhile is taken up by another round of it.
 * 3. What the leader has not accepted stays due, across restarts of either, until it has, or refuses it.
 */
import type { Application } from "./core/application.ts";
import type { Directory } from "./core/directory.ts";
import type { Health } from "./core/naming.ts";
import type { RuntimeName } from "./core/names.ts";
import { plannedRuntimes, type OwnAtoms } from "./core/own-atoms.ts";
import type { Decision, Position, Update } from "./core/registry.ts";
import { NOWHERE, Replica } from "./core/replica.ts";
import type { NamingPeers } from "./naming-peers.ts";
import type { NamingStore } from "./naming-store.ts";
import { read, registeredSchema, updateSchema } from "./naming-wire.ts";

/** Rounds of one conversation: a lost revision or a new epoch each take one more. */
const ROUNDS_A_CONVERSATION_MAX = 4;
const PULL_EVERY_MS = 10_000;
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 30_000;
/** Delays are spread over plus and minus this part of them, so that followers do not ask in step. */
const JITTER = 0.2;

type Refusal = Decision & { readonly kind: "refused" };

export class FollowerRole {
  readonly isLeader = false;
  readonly #application: Application;
  readonly #store: NamingStore;
  readonly #peers: NamingPeers;
  readonly #own: OwnAtoms;
  readonly #identity: string;
  readonly #replica: Replica;
  #conversation: Promise<Refusal | undefined> | undefined;
  #leaderHealth: Health = "unknown";
  #refusalLogged = "";

  constructor(application: Application, store: NamingStore, peers: NamingPeers, own: OwnAtoms, identity: string) {
    this.#application = application;
    this.#store = store;
    this.#peers = peers;
    this.#own = own;
    this.#identity = identity;
    // A leader that became a follower knows nothing of the new leader's history.
    if (store.get("role") === "leader") store.beginHistory("follower", NOWHERE);
    this.#replica = new Replica(application.runtime, store.loadDirectory(), store.position());
    this.#commit(this.#replica.plan(plannedRuntimes(application)));
    this.stateOwn();
  }

  get directory(): Directory {
    return this.#replica.directory;
  }

  get version(): number {
    return this.#replica.position.version;
  }

  get position(): Position {
    return this.#replica.position;
  }

  /** Puts what this runtime's own atoms are now into the replica, under a new revision; nothing if that is known. */
  stateOwn(): void {
    const held = this.#revision();
    if (this.#replica.state(this.#own.record(this.#identity, held)).length > 0) this.#stateAs(held + 1);
  }

  /** One conversation with the leader; the answer is the leader's refusal. An exception: the leader is away. */
  start(): Promise<Refusal | undefined> {
    this.#conversation ??= this.#converse().finally(() => {
      this.#conversation = undefined;
    });
    return this.#conversation;
  }

  /** Tells the leader what it does not know yet, if it is there. It never fails: the next alarm tries again. */
  async publish(): Promise<void> {
    try {
      await this.#conversation;
      if (this.#isDue()) await this.start();
    } catch {
      // The failure is counted, and decides when the next alarm comes.
    }
  }

  /** Takes what the leader tells. True if the leader has to be asked: for what is missing, or to hear what is due. */
  hear(update: Update): boolean {
    this.#heardLeader();
    return !this.#receive(update) || this.#isDue();
  }

  /** How long to wait until the leader is asked again. `random` is from 0 to 1. */
  nextDelayMs(random: number): number {
    const failures = this.#store.get("failures") ?? 0;
    const delayMs = failures === 0 ? PULL_EVERY_MS : Math.min(RETRY_MS_MIN * 2 ** (failures - 1), RETRY_MS_MAX);
    return delayMs * (1 + JITTER * (2 * random - 1));
  }

  healthOf(runtime: RuntimeName): Health {
    if (runtime === this.#application.runtime) return "ok";
    return runtime === this.#application.leader ? this.#leaderHealth : "unknown";
  }

  async #converse(): Promise<Refusal | undefined> {
    try {
      const refusal = await this.#rounds();
      this.#heardLeader();
      return refusal;
    } catch (error) {
      this.#leaderHealth = "unreachable";
      this.#store.put("failures", Math.min((this.#store.get("failures") ?? 0) + 1, 32));
      throw error;
    }
  }

  async #rounds(): Promise<Refusal | undefined> {
    let refusal = this.#isDue() ? await this.#register() : await this.#pull();
    for (let round = 1; round < ROUNDS_A_CONVERSATION_MAX && refusal === undefined && this.#isDue(); round += 1) {
      refusal = await this.#register();
    }
    return refusal;
  }

  async #register(): Promise<Refusal | undefined> {
    const own = this.#own.record(this.#identity, this.#revision());
    const response = await this.#askLeader("POST", "/register", { ...own, replica: this.#replica.position });
    if (response.status === 403 || response.status === 409 || response.status === 413) {
      return this.#logOnce(await refusalIn(response));
    }
    const answer = read(await this.#json(response), registeredSchema);
    if (answer instanceof Response) throw new Error("The leader's answer to a registration is malformed.");
    if (answer.update !== undefined) this.#receive(answer.update);
    if (answer.accepted) this.#putRegistered(own.revision);
    // The leader holds something newer of this runtime, which has lost its storage: it goes on from there.
    else if (answer.revision >= this.#revision()) this.#stateAs(answer.revision + 1);
    return undefined;
  }

  async #pull(): Promise<undefined> {
    const { epoch, version } = this.#replica.position;
    const query = new URLSearchParams({ since: String(version), epoch, runtime: this.#application.runtime });
    const response = await this.#askLeader("GET", `/changes?${query.toString()}`);
    const update = read(await this.#json(response), updateSchema);
    if (update instanceof Response) throw new Error("The leader's answer with changes is malformed.");
    this.#receive(update);
  }

  #askLeader(method: "GET" | "POST", route: string, body?: unknown): Promise<Response> {
    return this.#peers.ask(this.#application.leader, method, route, body);
  }

  async #json(response: Response): Promise<unknown> {
    if (response.ok) return response.json();
    await response.body?.cancel();
    throw new Error(`The leader answered ${response.status}.`);
  }

  /** False if the update leaves a gap. */
  #receive(update: Update): boolean {
    const reception = this.#replica.receive(update);
    if (reception.kind === "apply") {
      this.#store.commit(reception.changes, reception.position);
      this.#replica.apply(reception.changes, reception.position);
    }
    return reception.kind !== "gap";
  }

  #stateAs(revision: number): void {
    this.#commit(this.#replica.state(this.#own.record(this.#identity, revision)));
  }

  #commit(changes: Parameters<Replica["apply"]>[0]): void {
    if (changes.length === 0) return;
    this.#store.commit(changes, this.#replica.position);
    this.#replica.apply(changes);
  }

  #revision(): number {
    return this.directory.head(this.#application.runtime)?.revision ?? 0;
  }

  /** A registration counts only in the history that it was made in: a leader that lost its storage needs it again. */
  #isDue(): boolean {
    const registered = this.#store.get("registered");
    return registered?.revision !== this.#revision() || registered.epoch !== this.#replica.position.epoch;
  }

  #putRegistered(revision: number): void {
    this.#store.put("registered", { epoch: this.#replica.position.epoch, revision });
  }

  /** A refused runtime asks again and again; its log says why, once. */
  #logOnce(refusal: Refusal): Refusal {
    if (refusal.reason !== this.#refusalLogged)
      console.error(`The naming leader refuses this runtime: ${refusal.reason}`);
    this.#refusalLogged = refusal.reason;
    return refusal;
  }

  #heardLeader(): void {
    this.#leaderHealth = "ok";
    if ((this.#store.get("failures") ?? 0) > 0) this.#store.put("failures", 0);
  }
}

async function refusalIn(response: Response): Promise<Refusal> {
  const code = response.status === 409 ? "CONFLICT" : response.status === 403 ? "DENIED" : "TOO_LARGE";
  const body = await response.json<{ readonly detail?: unknown }>().catch(() => undefined);
  const reason = typeof body?.detail === "string" ? body.detail : "The leader refused this runtime.";
  return { kind: "refused", code, reason };
}
