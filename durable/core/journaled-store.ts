/**
 * A store with a journal in front of its tables: a commit is one record, written with one statement. What the journal
 * holds is in memory as well, coalesced, and reads see it over the tables.
 *
 * Invariants
 * 1. The store is its tables with the journal's records applied in order.
 * 2. A checkpoint writes what is coalesced into the tables and empties the journal, both or neither. It comes with the
 *    commit that the journal has no room for, so a commit writes its changes once, to the one or to the other.
 * 3. Dead letters, and the forgetting of old keys, are never in the journal.
 * 4. A commit that throws has changed nothing here, and nothing that the next start finds.
 */
import { ByteWriter } from "./bytes.ts";
import { decodeChanges, encodeChanges, type JournalChange } from "./change-codec.ts";
import { MemoryStore } from "./memory-store.ts";
import { keptBytesOf, Overlay } from "./overlay.ts";
import { readKey, scanRange } from "./pending-kv.ts";
import { requireRowsFit, rowBytes } from "./row-bound.ts";
import type { Change, DeadLetter, IdempotencyRecord, KeyRange, KvEntry, Loaded, Store } from "./store.ts";

/** Where a journaled store keeps what it has. */
export interface JournaledTables extends Omit<Store, "commit"> {
  state(name: string): string | undefined;
  /** The journal's records in order. */
  records(): Iterable<Uint8Array>;
  /** Adds a record to the journal; the bytes are the caller's again afterwards. */
  append(record: Uint8Array): void;
  /**
   * Applies the changes to the tables in their order and empties the journal, both or neither. If it throws, nothing else may
   * be asked: what is there is for the next start to find.
   */
  checkpoint(changes: readonly Change[]): void;
}

export interface JournalBounds {
  /** A start reads them all: 500 take one or two milliseconds. */
  readonly records: number;
  /** Of what can be large in one record: copying and deleting more than that costs more than a transaction with the tables. */
  readonly recordBytes: number;
  /** Of what can be large in all records together. */
  readonly bytes: number;
  /** In memory, for the journal alone. */
  readonly keptBytes: number;
}

export const JOURNAL_BOUNDS: JournalBounds = {
  records: 500,
  recordBytes: 16 * 1024,
  bytes: 512 * 1024,
  keptBytes: 64 * 1024,
};

/** Commits are encoded one after the other, most of them small: they share what they are written into. */
const scratch = new ByteWriter(4096);

export class JournaledStore implements Store {
  readonly #tables: JournaledTables;
  readonly #bounds: JournalBounds;
  readonly #overlay = new Overlay();
  #records = 0;
  #bytes = 0;

  constructor(tables: JournaledTables, bounds = JOURNAL_BOUNDS) {
    this.#tables = tables;
    this.#bounds = bounds;
    for (const record of tables.records()) this.#replay(record);
  }

  load(): Loaded {
    const loaded = this.#tables.load();
    if (this.#overlay.empty) return loaded;
    const merged = new MemoryStore();
    merged.commit(changesOf(loaded));
    merged.commit([...this.#overlay.changes()]);
    const { deadLetterIdMax, deadLetterCount } = loaded;
    return { ...merged.load(), deadLetterIdMax, deadLetterCount };
  }

  commit(changes: readonly Change[]): void {
    requireRowsFit(changes);
    if (!areJournaled(changes)) this.#checkpoint([...this.#overlay.changes(), ...changes]);
    else if (changes.length > 0) this.#write(changes);
  }

  get(key: string): Uint8Array | undefined {
    const value = readKey([this.#overlay.kv], this.#tables, key);
    return this.#overlay.kv.has(key) ? value?.slice() : value;
  }

  *scan(range: KeyRange): Iterable<KvEntry> {
    const { kv } = this.#overlay;
    for (const [key, value] of scanRange([kv], this.#tables, range)) yield [key, kv.has(key) ? value.slice() : value];
  }

  deadLetters(after: number, limit: number): DeadLetter[] {
    return this.#tables.deadLetters(after, limit);
  }

  deadLetter(id: number): DeadLetter | undefined {
    return this.#tables.deadLetter(id);
  }

  idempotency(key: string): IdempotencyRecord | undefined {
    const record = this.#overlay.idempotency(key);
    return record === undefined ? this.#tables.idempotency(key) : (record ?? undefined);
  }

  /** One named value of those that `load` gives. */
  state(name: string): string | undefined {
    return this.#overlay.state(name) ?? this.#tables.state(name);
  }

  #replay(record: Uint8Array): void {
    this.#records += 1;
    this.#bytes += record.length;
    try {
      for (const change of decodeChanges(record)) this.#overlay.apply(change);
    } catch (error) {
      throw new Error(`Record ${this.#records} of the journal cannot be read: ${String(error)}`, { cause: error });
    }
  }

  #write(changes: readonly JournalChange[]): void {
    if (!this.#hasRoom(changes)) return this.#merge(changes);
    scratch.truncate(0);
    encodeChanges(scratch, changes);
    this.#tables.append(scratch.written());
    this.#records += 1;
    this.#bytes += scratch.length;
    for (const change of changes) this.#overlay.apply(change);
  }

  #hasRoom(changes: readonly JournalChange[]): boolean {
    const { records, recordBytes, bytes, keptBytes } = this.#bounds;
    let [more, kept] = [0, this.#overlay.keptBytes];
    for (const change of changes) {
      more += rowBytes(change);
      kept += keptBytesOf(change);
    }
    return this.#records < records && more <= recordBytes && this.#bytes + more <= bytes && kept <= keptBytes;
  }

  /** The checkpoint that the changes are a part of: what they make obsolete is not written any more. */
  #merge(changes: readonly JournalChange[]): void {
    const merged = new Overlay();
    for (const change of this.#overlay.changes()) merged.apply(change);
    for (const change of changes) merged.apply(change);
    this.#checkpoint([...merged.changes()]);
  }

  #checkpoint(changes: readonly Change[]): void {
    this.#tables.checkpoint(changes);
    this.#overlay.clear();
    this.#records = 0;
    this.#bytes = 0;
  }
}

function areJournaled(changes: readonly Change[]): changes is readonly JournalChange[] {
  return changes.every(({ kind }) => kind !== "dead.put" && kind !== "dead.delete" && kind !== "idempotency.expire");
}

/** The changes that make an empty store hold what was loaded, dead letters apart. */
function changesOf({ mail, attempts, open, outbox, senders, receivers, idempotency, state }: Loaded): Change[] {
  return [
    ...mail.map((record): Change => ({ kind: "mail.put", record })),
    ...attempts.map((record): Change => ({ kind: "attempt.put", record })),
    ...open.map((request): Change => ({ kind: "open.put", request })),
    ...outbox.map((record): Change => ({ kind: "outbox.put", record })),
    ...senders.map((record): Change => ({ kind: "sender.put", record })),
    ...receivers.map((record): Change => ({ kind: "receiver.put", record })),
    ...idempotency.map((record): Change => ({ kind: "idempotency.put", record })),
    ...[...state].map(([name, value]): Change => ({ kind: "state", name, value })),
  ];
}
