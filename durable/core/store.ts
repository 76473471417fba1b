/**
 * The seam to durable storage. A store is asked once for everything (`load`), then only told what changed, one atomic
 * commit at a time; key-value reads go through to it. Implementations: object SQLite (`durable/sqlite-store.ts`), memory
 * (`memory-store.ts`), and a journal in front of either (`journaled-store.ts`). Everything is synchronous.
 */
import type { OutboxFrame, SenderState } from "./channel.ts";
import type { ChannelClass } from "./frame.ts";
import type { GlobalName } from "./names.ts";
import type { ReceiverState } from "./receiver.ts";

/** A run of envelopes in the mailbox, stored as it came. */
export interface MailRecord {
  /** The mailbox position of its first envelope. */
  readonly first: number;
  readonly count: number;
  /** Empty for what came from outside the atoms. */
  readonly from: GlobalName | "";
  readonly body: Uint8Array;
  /** One bit an envelope: consumed. */
  readonly done: Uint8Array;
}

/** How often an envelope was delivered without being consumed. */
export interface AttemptRecord {
  readonly position: number;
  readonly attempt: number;
  readonly traps: number;
}

/** A request that was consumed but not answered yet. */
export interface OpenRequest {
  /** The mailbox position of the request: its reply token. */
  readonly token: number;
  readonly asker: GlobalName | "";
  readonly request: number;
  readonly kind: "request" | "http";
  /** True once the guest took the token: then the request outlives the instance. */
  readonly taken: boolean;
}

export interface DeadLetter {
  readonly id: number;
  readonly atMs: number;
  /** `in`: this atom could not handle it. `out`: it could not be delivered. */
  readonly direction: "in" | "out";
  readonly peer: GlobalName | "";
  readonly reason: string;
  /** One encoded envelope. */
  readonly body: Uint8Array;
}

/** The answer that a repeated `Idempotency-Key` gets; null as long as the first one is under way. */
export interface IdempotencyRecord {
  readonly key: string;
  readonly atMs: number;
  readonly position: number;
  readonly answer: Uint8Array | null;
}

export interface SenderRecord extends SenderState {
  readonly peer: GlobalName;
  readonly channel: ChannelClass;
}
export interface ReceiverRecord extends ReceiverState {
  readonly peer: GlobalName;
  readonly channel: ChannelClass;
}
export interface OutboxRecord extends OutboxFrame {
  readonly peer: GlobalName;
  readonly channel: ChannelClass;
}

export type Change =
  | { readonly kind: "kv"; readonly key: string; readonly value: Uint8Array | null }
  | { readonly kind: "mail.put"; readonly record: MailRecord }
  | { readonly kind: "mail.done"; readonly first: number; readonly done: Uint8Array }
  | { readonly kind: "mail.delete"; readonly first: number }
  | { readonly kind: "attempt.put"; readonly record: AttemptRecord }
  | { readonly kind: "attempt.delete"; readonly position: number }
  | { readonly kind: "open.put"; readonly request: OpenRequest }
  | { readonly kind: "open.delete"; readonly token: number }
  | { readonly kind: "outbox.put"; readonly record: OutboxRecord }
  | {
      readonly kind: "outbox.delete";
      readonly peer: GlobalName;
      readonly channel: ChannelClass;
      readonly below: number;
    }
  | { readonly kind: "sender.put"; readonly record: SenderRecord }
  | { readonly kind: "receiver.put"; readonly record: ReceiverRecord }
  | { readonly kind: "dead.put"; readonly letter: DeadLetter }
  | { readonly kind: "dead.delete"; readonly id: number }
  | { readonly kind: "idempotency.put"; readonly record: IdempotencyRecord }
  | { readonly kind: "idempotency.delete"; readonly key: string }
  /** Of the answered ones, drops what is older than `beforeMs`, and all but the newest `keep`. */
  | { readonly kind: "idempotency.expire"; readonly beforeMs: number; readonly keep: number }
  /** A named JSON value. */
  | { readonly kind: "state"; readonly name: string; readonly value: string };

/** Most commits change little: who has nothing to say says so with this. */
export const NO_CHANGES: readonly Change[] = [];

export interface Loaded {
  readonly mail: readonly MailRecord[];
  readonly attempts: readonly AttemptRecord[];
  readonly open: readonly OpenRequest[];
  readonly outbox: readonly OutboxRecord[];
  readonly senders: readonly SenderRecord[];
  readonly receivers: readonly ReceiverRecord[];
  /** Only those without an answer. */
  readonly idempotency: readonly IdempotencyRecord[];
  readonly deadLetterIdMax: number;
  readonly deadLetterCount: number;
  readonly state: ReadonlyMap<string, string>;
}

/** A half-open range of keys, each a string of one char per byte. */
export interface KeyRange {
  readonly start: string;
  /** null: no bound. */
  readonly end: string | null;
  readonly reverse: boolean;
}

export type KvEntry = readonly [key: string, value: Uint8Array];

export interface Store {
  /** Everything that was committed, in order of position, number or id. */
  load(): Loaded;
  /** All changes or none; bodies of mail and frames must not be written to afterwards. Throws if a row is larger than ROW_BYTES_MAX or the storage fails, and then the object must start anew. */
  commit(changes: readonly Change[]): void;
  get(key: string): Uint8Array | undefined;
  /** Entries in order; the iterator is used up before the next commit. */
  scan(range: KeyRange): Iterable<KvEntry>;
  /** The newest last; `after` and `limit` page through them. */
  deadLetters(after: number, limit: number): DeadLetter[];
  deadLetter(id: number): DeadLetter | undefined;
  idempotency(key: string): IdempotencyRecord | undefined;
}
