/** Tables and a journal in memory, for a journaled store. They outlive it, as a restart would find them. */
import { JournaledStore, type JournalBounds, type JournaledTables } from "../../durable/core/journaled-store.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import type { Change, KeyRange } from "../../durable/core/store.ts";

export class JournaledMemory implements JournaledTables {
  readonly tables = new MemoryStore();
  journal: Uint8Array[] = [];
  /** What each checkpoint brought. */
  readonly written: (readonly Change[])[] = [];

  /** What a start makes of it. */
  open(bounds?: JournalBounds): JournaledStore {
    return new JournaledStore(this, bounds);
  }

  records(): readonly Uint8Array[] {
    return this.journal.map((record) => record.slice());
  }

  append(record: Uint8Array): void {
    this.journal.push(record.slice());
  }

  checkpoint(changes: readonly Change[]): void {
    this.tables.commit(changes);
    this.journal = [];
    this.written.push(changes);
  }

  state = (name: string) => this.tables.load().state.get(name);
  load = () => this.tables.load();
  get = (key: string) => this.tables.get(key);
  scan = (range: KeyRange) => this.tables.scan(range);
  deadLetters = (after: number, limit: number) => this.tables.deadLetters(after, limit);
  deadLetter = (id: number) => this.tables.deadLetter(id);
  idempotency = (key: string) => this.tables.idempotency(key);
}
