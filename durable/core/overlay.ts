/**
 * What the journal holds, coalesced: of everything that it speaks of the newest change only.
 *
 * Invariants
 * 1. `changes()`, applied to what was there before the first change, gives what all changes give in their order.
 * 2. Of a frame that was put and acknowledged nothing is left but the number below which the tables have to forget.
 * 3. The bytes of keys, values and answers are its own, and `keptBytes` counts them. Those of mail and frames are the
 *    atom's, which holds them as long as they matter and never writes to them.
 */
import type { JournalChange } from "./change-codec.ts";
import { ENTRY_BYTES, entryBytes } from "./pending-kv.ts";
import type { Change, IdempotencyRecord } from "./store.ts";

type Single = Exclude<JournalChange, { readonly kind: "kv" | "outbox.put" | "outbox.delete" }>;
type Put = Extract<Change, { readonly kind: "outbox.put" }>;
type Delete = Extract<Change, { readonly kind: "outbox.delete" }>;

/** The frames of one channel: first those below go, then these come. */
interface Frames {
  deleted: Delete | undefined;
  readonly put: Map<number, Put>;
}

export class Overlay {
  readonly #kv = new Map<string, Uint8Array | null>();
  readonly #singles = new Map<string, Single>();
  readonly #outboxes = new Map<string, Frames>();
  #keptBytes = 0;

  /** Values of keys; null for those that are deleted. */
  get kv(): ReadonlyMap<string, Uint8Array | null> {
    return this.#kv;
  }
  get empty(): boolean {
    return this.#kv.size + this.#singles.size + this.#outboxes.size === 0;
  }
  /** The memory that is held for the journal alone, roughly. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** The record of a key, null if it was deleted, undefined if the journal does not speak of it. */
  idempotency(key: string): IdempotencyRecord | null | undefined {
    const change = this.#singles.get(`idempotency ${key}`);
    if (change?.kind === "idempotency.put") return change.record;
    return change && null;
  }

  state(name: string): string | undefined {
    const change = this.#singles.get(`state ${name}`);
    return change?.kind === "state" ? change.value : undefined;
  }

  apply(change: JournalChange): void {
    switch (change.kind) {
      case "kv":
        return this.#setKv(change.key, change.value);
      case "outbox.put":
        this.#frames(change.record).put.set(change.record.first, change);
        return;
      case "outbox.delete":
        return this.#deleteFrames(change);
      case "mail.done":
        return this.#setSingle(this.#consumed(change));
      case "idempotency.put":
        return this.#setSingle({ ...change, record: { ...change.record, answer: copied(change.record.answer) } });
      default:
        return this.#setSingle(change);
    }
  }

  *changes(): Iterable<JournalChange> {
    for (const [key, value] of this.#kv) yield { kind: "kv", key, value };
    yield* this.#singles.values();
    for (const { deleted, put } of this.#outboxes.values()) {
      if (deleted) yield deleted;
      yield* put.values();
    }
  }

  clear(): void {
    this.#kv.clear();
    this.#singles.clear();
    this.#outboxes.clear();
    this.#keptBytes = 0;
  }

  #setKv(key: string, value: Uint8Array | null): void {
    const before = this.#kv.get(key);
    if (before !== undefined) this.#keptBytes -= entryBytes(key, before);
    this.#kv.set(key, copied(value));
    this.#keptBytes += entryBytes(key, value);
  }

  #setSingle(change: Single): void {
    const key = keyOf(change);
    const before = this.#singles.get(key);
    if (before) this.#keptBytes -= keptBytesOf(before);
    this.#singles.set(key, change);
    this.#keptBytes += keptBytesOf(change);
  }

  /** Bits of a record that is here are a part of it, and those of a record that is gone are nobody's. */
  #consumed(change: Extract<Change, { readonly kind: "mail.done" }>): Single {
    const done = change.done.slice();
    const before = this.#singles.get(keyOf(change));
    if (before?.kind === "mail.put") return { kind: "mail.put", record: { ...before.record, done } };
    return before?.kind === "mail.delete" ? before : { ...change, done };
  }

  #frames({ peer, channel }: Put["record"] | Delete): Frames {
    const key = `${peer} ${channel}`;
    let frames = this.#outboxes.get(key);
    if (!frames) {
      this.#outboxes.set(key, (frames = { deleted: undefined, put: new Map() }));
      this.#keptBytes += ENTRY_BYTES;
    }
    return frames;
  }

  #deleteFrames(change: Delete): void {
    const frames = this.#frames(change);
    if (change.below > (frames.deleted?.below ?? -Infinity)) frames.deleted = change;
    for (const first of frames.put.keys()) if (first < change.below) frames.put.delete(first);
  }
}

/** What the overlay will keep of a change, at most. */
export function keptBytesOf(change: JournalChange): number {
  switch (change.kind) {
    case "kv":
      return entryBytes(change.key, change.value);
    case "idempotency.put":
      return entryBytes(change.record.key, change.record.answer);
    case "state":
      return ENTRY_BYTES + change.value.length;
    default:
      return ENTRY_BYTES;
  }
}

/** Changes of the same key are about the same row. */
function keyOf(change: Single): string {
  switch (change.kind) {
    case "mail.put":
      return `mail ${change.record.first}`;
    case "mail.done":
    case "mail.delete":
      return `mail ${change.first}`;
    case "attempt.put":
      return `attempt ${change.record.position}`;
    case "attempt.delete":
      return `attempt ${change.position}`;
    case "open.put":
      return `open ${change.request.token}`;
    case "open.delete":
      return `open ${change.token}`;
    case "sender.put":
      return `sender ${change.record.peer} ${change.record.channel}`;
    case "receiver.put":
      return `receiver ${change.record.peer} ${change.record.channel}`;
    case "idempotency.put":
      return `idempotency ${change.record.key}`;
    case "idempotency.delete":
      return `idempotency ${change.key}`;
    case "state":
      return `state ${change.name}`;
  }
}

function copied(bytes: Uint8Array | null): Uint8Array | null {
  return bytes && bytes.slice();
}
