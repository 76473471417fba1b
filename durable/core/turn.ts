/**
 * A turn's effects: everything that the guest did since its last blocking point. They are collected here and nowhere
 * else; committing a turn absorbs it into the pending commit of the atom, dropping it forgets it.
 */
import type { Answer } from "./answer.ts";
import type { ChannelClass } from "./frame.ts";
import type { Envelope } from "./envelope.ts";
import type { Mail } from "./mailbox.ts";
import type { GlobalName } from "./names.ts";
import type { OpenRequest } from "./store.ts";

export interface Outgoing {
  readonly to: GlobalName;
  readonly channel: ChannelClass;
  readonly envelope: Envelope;
}

export interface AliasChange {
  readonly kind: "add" | "remove";
  readonly scope: string;
  readonly value: string;
}

/** An answer to a request: where it goes is in the request. */
export interface Answered {
  readonly request: OpenRequest;
  readonly answer: Answer;
}

export class Turn {
  /** null: deleted. */
  readonly kv = new Map<string, Uint8Array | null>();
  readonly outgoing: Outgoing[] = [];
  readonly answers: Answered[] = [];
  readonly aliases: AliasChange[] = [];
  readonly consumed: Mail[] = [];
  /** Tokens of requests that the guest asked to answer later. */
  readonly tokensTaken: number[] = [];
  /** What happens outside the atom once the turn is durable, such as an outgoing HTTP request. */
  readonly afterCommit: (() => void)[] = [];

  get empty(): boolean {
    return (
      this.kv.size === 0 &&
      this.outgoing.length === 0 &&
      this.answers.length === 0 &&
      this.aliases.length === 0 &&
      this.consumed.length === 0 &&
      this.tokensTaken.length === 0 &&
      this.afterCommit.length === 0
    );
  }
}
