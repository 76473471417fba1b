/**
 * A turn's effects: everything that the guest did since its last blocking point. They are collected here and nowhere
 * else; committing a turn absorbs it into the pending commit of the atom, dropping it forgets it.
 */
import type { AliasDraft } from "./aliases.ts";
import type { Answer } from "./answer.ts";
import { failure, type Failure } from "./errors.ts";
import { TURN_KV_BYTES_MAX } from "./limits.ts";
import type { Mail } from "./mail.ts";
import { Outgoing } from "./outgoing.ts";
import { entryBytes } from "./pending-kv.ts";
import type { OpenRequest } from "./store.ts";

const TOO_MUCH_WRITTEN = failure(
  "BUSY",
  `The turn has written as much as it may, ${TURN_KV_BYTES_MAX} bytes: the next blocking point commits it.`,
);

/** An answer to a request: where it goes is in the request. */
export interface Answered {
  readonly request: OpenRequest;
  readonly answer: Answer;
}

export class Turn {
  /** null: deleted. */
  readonly kv = new Map<string, Uint8Array | null>();
  #kvBytes = 0;
  readonly outgoing = new Outgoing();
  /** By the token of the request. */
  readonly answers = new Map<number, Answered>();
  /** Of the payloads of the replies among them. */
  replyBytes = 0;
  /** The atom's aliases as this turn has left them; null: as they were. */
  aliases: AliasDraft | null = null;
  readonly consumed: Mail[] = [];
  /** Tokens of requests that the guest asked to answer later. */
  readonly tokensTaken = new Set<number>();
  /** What happens outside the atom once the turn is durable, such as an outgoing HTTP request. */
  readonly afterCommit: (() => void)[] = [];
  /** What the outgoing HTTP requests among them hold. */
  fetchBytes = 0;

  get empty(): boolean {
    return (
      this.kv.size === 0 &&
      this.outgoing.empty &&
      this.answers.size === 0 &&
      this.aliases === null &&
      this.consumed.length === 0 &&
      this.tokensTaken.size === 0 &&
      this.afterCommit.length === 0
    );
  }

  /** Writes a key, null to delete it; BUSY if the turn holds so much already that it has to be committed first. */
  writeKey(key: string, value: Uint8Array | null): Failure | undefined {
    const before = this.kv.get(key);
    const bytes = this.#kvBytes + entryBytes(key, value) - (before === undefined ? 0 : entryBytes(key, before));
    if (bytes > TURN_KV_BYTES_MAX) return TOO_MUCH_WRITTEN;
    this.#kvBytes = bytes;
    this.kv.set(key, value);
    return undefined;
  }

  /** Makes it a new turn: atoms have turns by the million, and a turn has many parts. */
  clear(): void {
    if (this.kv.size > 0) this.kv.clear();
    this.#kvBytes = 0;
    if (this.answers.size > 0) this.answers.clear();
    this.replyBytes = 0;
    if (this.tokensTaken.size > 0) this.tokensTaken.clear();
    this.aliases = null;
    this.outgoing.clear();
    // An array whose length is set to 0 gives its memory up, and gets it anew in the next turn.
    while (this.consumed.length > 0) this.consumed.pop();
    if (this.afterCommit.length > 0) this.afterCommit.length = 0;
    this.fetchBytes = 0;
  }
}
