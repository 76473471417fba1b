/**
 * A naming object as the leader: it registers runtimes, its own among them, and tells the followers of every change.
 *
 * Invariants
 * 1. A change is stored before it is applied, and applied before anybody is told.
 * 2. Telling is best effort and one conversation a follower: a follower that misses something asks for it.
 */
import type { Application } from "./core/application.ts";
import type { Change, Directory } from "./core/directory.ts";
import type { Health } from "./core/naming.ts";
import type { RuntimeName } from "./core/names.ts";
import { plannedRuntimes, type OwnAtoms } from "./core/own-atoms.ts";
import { Leader, type Decision, type Position, type Update } from "./core/registry.ts";
import type { NamingPeers } from "./naming-peers.ts";
import type { NamingStore } from "./naming-store.ts";
import { positionSchema, read, type Registration } from "./naming-wire.ts";

/** A follower that is told this often in a row and is still behind asks by itself. */
const ROUNDS_A_CONVERSATION_MAX = 8;

/** What the leader knows of a follower while it runs. */
interface Conversation {
  position: Position | undefined;
  busy: boolean;
  health: Health;
}

export class LeaderRole {
  readonly isLeader = true;
  readonly #application: Application;
  readonly #store: NamingStore;
  readonly #peers: NamingPeers;
  readonly #own: OwnAtoms;
  readonly #identity: string;
  readonly #leader: Leader;
  readonly #conversations = new Map<RuntimeName, Conversation>();

  /** `freshEpoch` names the history that begins if this runtime was not the leader before. */
  constructor(
    application: Application,
    store: NamingStore,
    peers: NamingPeers,
    own: OwnAtoms,
    identity: string,
    freshEpoch: string,
  ) {
    this.#application = application;
    this.#store = store;
    this.#peers = peers;
    this.#own = own;
    this.#identity = identity;
    if (store.get("role") !== "leader") {
      store.beginHistory("leader", { epoch: freshEpoch, version: store.position().version });
    }
    this.#leader = new Leader(store.loadDirectory(), store.position(), store.loadLog());
    this.#commit(this.#leader.plan(plannedRuntimes(application)));
    this.stateOwn();
  }

  get directory(): Directory {
    return this.#leader.directory;
  }

  get version(): number {
    return this.#leader.position.version;
  }

  /** Registers what this runtime's own atoms are now; nothing happens if that is known. */
  stateOwn(): void {
    const runtime = this.#application.runtime;
    const held = this.directory.head(runtime)?.revision ?? 0;
    const again = this.#decideOwn(held);
    const decision = again.kind === "registered" && !again.accepted ? this.#decideOwn(held + 1) : again;
    if (decision.kind === "refused") console.error(decision.reason);
    else this.#commit(decision.changes);
  }

  /** Who else holds the name is asked only if somebody does. */
  async register({ replica, ...record }: Registration): Promise<Decision> {
    const held = this.directory.head(record.runtime)?.identity ?? "";
    const foreign = held !== "" && held !== record.identity;
    const rightful = foreign ? await this.#peers.identityOf(record.runtime) : undefined;
    const decision = this.#leader.register(record, rightful);
    if (decision.kind === "refused") return decision;
    this.#commit(decision.changes);
    this.heard(record.runtime, replica);
    return decision;
  }

  updateSince(position: Position): Update {
    return this.#leader.updateSince(position);
  }

  /** A follower has asked something, so it is there; `position` is where it says that it is. */
  heard(runtime: RuntimeName, position?: Position): void {
    const conversation = this.#conversationWith(runtime);
    conversation.health = "ok";
    if (position !== undefined) conversation.position = position;
  }

  healthOf(runtime: RuntimeName): Health {
    return runtime === this.#application.runtime ? "ok" : this.#conversationWith(runtime).health;
  }

  /** Tells every follower what it does not know yet. It never fails. */
  async publish(): Promise<void> {
    await Promise.all(this.#peers.others().map((runtime) => this.#converse(runtime)));
  }

  /** Whatever changes while a conversation runs becomes part of it. */
  async #converse(runtime: RuntimeName): Promise<void> {
    const conversation = this.#conversationWith(runtime);
    if (conversation.busy) return;
    conversation.busy = true;
    try {
      for (let round = 0; round < ROUNDS_A_CONVERSATION_MAX; round += 1) {
        const before = conversation.position;
        conversation.position = await this.#tell(runtime, before);
        conversation.health = "ok";
        if (this.#isDone(before, conversation.position)) return;
      }
    } catch {
      // It is away or busy. It asks when it is back; what it knows by then is not known here.
      conversation.position = undefined;
      conversation.health = "unreachable";
    } finally {
      conversation.busy = false;
    }
  }

  /** Sends the changes since `position`, or, if they are not known, none: the follower then says where it is. */
  async #tell(runtime: RuntimeName, position: Position | undefined): Promise<Position> {
    const here = this.#leader.position;
    const update = this.updateSince(position ?? here);
    const nothing: Update = { kind: "delta", epoch: here.epoch, since: here.version, changes: [] };
    const response = await this.#peers.ask(runtime, "POST", "/changes", update.kind === "delta" ? update : nothing);
    const answer = response.ok ? read(await response.json(), positionSchema) : response;
    if (!(answer instanceof Response)) return answer;
    await answer.body?.cancel();
    throw new Error(`Runtime ${runtime} answered ${answer.status}.`);
  }

  /** Done if the follower is up to date, did not move, or needs the snapshot that it fetches by itself. */
  #isDone(before: Position | undefined, now: Position): boolean {
    const update = this.updateSince(now);
    if (update.kind === "snapshot" || update.changes.length === 0) return true;
    return before !== undefined && before.epoch === now.epoch && before.version === now.version;
  }

  #decideOwn(revision: number): Decision {
    return this.#leader.register(this.#own.record(this.#identity, revision), this.#identity);
  }

  #commit(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.#store.commitLogged(changes, this.#leader.position);
    this.#leader.apply(changes);
  }

  #conversationWith(runtime: RuntimeName): Conversation {
    const known = this.#conversations.get(runtime);
    const conversation = known ?? { position: undefined, busy: false, health: "unknown" };
    if (known === undefined) this.#conversations.set(runtime, conversation);
    return conversation;
  }
}
