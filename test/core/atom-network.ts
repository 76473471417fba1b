/**
 * A few atoms over memory stores, and a network between them that works when it is told to. Nothing happens by itself:
 * a test flushes, exchanges and restarts, or lets `settle` do all there is to do.
 */
import type { Answer } from "../../durable/core/answer.ts";
import { Atom, type AtomSettings } from "../../durable/core/atom.ts";
import { fromUtf8, utf8 } from "../../durable/core/bytes.ts";
import type { Envelope } from "../../durable/core/envelope.ts";
import { decodeBatch, encodeBatch, refusalOf, type Batch } from "../../durable/core/frame.ts";
import type { Link } from "../../durable/core/link.ts";
import type { Mail, MessageMail } from "../../durable/core/mailbox.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import type { Change, Store } from "../../durable/core/store.ts";

export const A = "cloud/a" as GlobalName;
export const B = "edge/b" as GlobalName;
export const C = "edge/c" as GlobalName;
/** No node of any network has this name. */
export const NOBODY = "edge/nobody" as GlobalName;

/** The object died. What it had in memory is gone. */
export class Crash extends Error {}

/** A memory store that kills its object at chosen commits, just before or just after them. */
export class FragileStore extends MemoryStore {
  commits = 0;
  /** True from the crash until its owner has seen it. */
  crashed = false;
  #doomAt: (commit: number) => "before" | "after" | null = () => null;

  crashAt(at: number, when: "before" | "after"): void {
    this.#doomAt = (commit) => (commit === at ? when : null);
  }

  /** Every so many commits, before and after in turn; not for ever. */
  crashEvery(commits: number, most = 30): void {
    this.#doomAt = (commit) => {
      if (commit % commits !== 0 || commit > commits * most) return null;
      return (commit / commits) % 2 === 0 ? "before" : "after";
    };
  }

  override commit(changes: readonly Change[]): void {
    this.commits += 1;
    const doom = this.#doomAt(this.commits);
    if (doom !== "before") super.commit(changes);
    if (doom === null) return;
    this.crashed = true;
    throw new Crash();
  }
}

export class Node {
  readonly settings: AtomSettings;
  readonly store: Store;
  atom!: Atom;
  /** What was released to the outside, by mailbox position. */
  readonly answers = new Map<number, Answer>();
  readonly network: AtomNetwork;

  constructor(network: AtomNetwork, settings: AtomSettings, store: Store) {
    this.network = network;
    this.settings = settings;
    this.store = store;
    this.restart();
  }

  /** What is not in the store is lost. */
  restart(): void {
    this.atom = new Atom(this.settings, this.store, this.network.nowMs, 0.5);
  }

  /** `all`: also what could wait for another commit. */
  flush(all = false): void {
    const { answers, afterCommit } = this.atom.flush(this.network.nowMs, all);
    for (const { position, answer } of answers) this.answers.set(position, answer);
    for (const act of afterCommit) act();
  }

  /** Puts something in from outside; its position. */
  deliver(envelope: Envelope | ((position: number) => Envelope)): number {
    const position = this.atom.deliver(typeof envelope === "function" ? envelope : () => envelope);
    if (typeof position !== "number") throw new Error(position.reason);
    return position;
  }

  /** Handles every waiting message in a turn of its own, as a reactive atom does. */
  handle(handler: (mail: MessageMail) => void): void {
    for (let mail = this.atom.takeMessage(); mail; mail = this.atom.takeMessage()) {
      handler(mail);
      this.atom.turn.consumed.push(mail);
      this.atom.commitTurn();
    }
  }

  /** Takes a message and consumes it in a turn that is committed. */
  receive(): MessageMail {
    const mail = this.take();
    this.atom.turn.consumed.push(mail);
    this.atom.commitTurn();
    return mail;
  }

  take(): MessageMail {
    const mail = this.atom.takeMessage();
    if (!mail) throw new Error(`The mailbox of ${this.settings.self} is empty.`);
    return mail;
  }

  reply(mail: Mail, payload: string): void {
    const request = this.atom.openRequest(mail.position);
    if (!request) throw new Error("There is no open request to answer.");
    this.atom.answer(request, { kind: "reply", payload: utf8(payload) });
  }

  /** Sends a request in a turn of its own; its future. */
  ask(to: GlobalName, payload: string, deadlineMs = Infinity): number {
    const id = this.atom.request(to, utf8(payload), [], deadlineMs);
    if (typeof id !== "number") throw new Error(id.reason);
    this.atom.commitTurn();
    return id;
  }

  put(key: string, value: string): void {
    this.atom.turn.kv.set(key, utf8(value));
  }

  get(key: string): string | undefined {
    const value = this.atom.kvGet(key);
    return value && fromUtf8(value);
  }
}

export class AtomNetwork {
  readonly nodes = new Map<GlobalName, Node>();
  nowMs = 1_800_000_000_000;

  add(self: GlobalName, settings: Partial<AtomSettings> = {}, store: Store = new MemoryStore()): Node {
    const defaults = { self, durability: "durable" as const, attemptsMax: 3, hasConfiguredAlias: () => false };
    const node = new Node(this, { ...defaults, ...settings }, store);
    this.nodes.set(self, node);
    return node;
  }

  /** Every exchange that is due, to its end. Returns how many there were. */
  exchange(): number {
    let count = 0;
    for (const node of [...this.nodes.values()]) {
      node.flush();
      for (const link of [...node.atom.peers.links]) if (this.#exchange(node, link)) count += 1;
    }
    return count;
  }

  /** Exchanges and lets time pass until nothing is due any more; bounded. */
  settle(roundsMax = 100): void {
    for (let round = 0; round < roundsMax; round++) {
      this.exchange();
      const dueAtMs = this.#dueAtMs();
      if (dueAtMs === Infinity) return;
      this.nowMs = Math.max(this.nowMs, dueAtMs);
    }
    throw new Error(`The network did not come to rest within ${roundsMax} rounds.`);
  }

  #exchange(node: Node, link: Link): boolean {
    const departure = link.depart(this.nowMs);
    if (!departure) return false;
    let answer: Batch;
    try {
      answer = this.#carry(link.peer, departure.batch);
    } catch (error) {
      link.onLost(this.nowMs);
      throw error;
    }
    node.atom.onBatch(answer, this.nowMs);
    node.flush();
    return true;
  }

  /** What the peer's object answers, once all that it got is durable there. */
  #carry(to: GlobalName, batch: Batch): Batch {
    const wire = decodeBatch(encodeBatch(batch));
    const peer = this.nodes.get(to);
    if (!peer) return refusalOf(wire);
    peer.atom.onBatch(wire, this.nowMs);
    peer.flush(true);
    const from = wire.frames[0]?.from ?? wire.acks[0]?.from;
    return decodeBatch(encodeBatch(peer.atom.peers.link(from as GlobalName).answer(this.nowMs)));
  }

  #dueAtMs(): number {
    return [...this.nodes.values()].reduce((least, { atom }) => Math.min(least, atom.peers.dueAtMs()), Infinity);
  }
}

export function message(payload: string): Envelope {
  return { kind: "message", payload: utf8(payload) };
}

/** A request from outside the atoms. */
export function outsideRequest(payload: string): (position: number) => Envelope {
  return (position) => ({ kind: "request", id: position, chain: [], payload: utf8(payload) });
}

export function textOf({ envelope }: Mail): string {
  return "payload" in envelope ? fromUtf8(envelope.payload) : "";
}

export function replyText(answer: Answer | undefined): string | undefined {
  return answer?.kind === "reply" ? fromUtf8(answer.payload) : undefined;
}
