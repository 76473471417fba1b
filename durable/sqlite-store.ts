/** The store of an atom object: a journal and tables in its SQLite, and in them the atom's name. */
import { JournaledStore } from "./core/journaled-store.ts";
import type { Change } from "./core/store.ts";
import { SqliteTables } from "./sqlite-tables.ts";

/** Where the object keeps its atom's name: an alarm may wake it without. */
const NAME_STATE = "name";

export class SqliteStore extends JournaledStore {
  /** A name that is not written yet. */
  #name: Change[] = [];

  constructor(storage: DurableObjectStorage) {
    super(new SqliteTables(storage));
  }

  /** The atom's name as an earlier life of the object noted it. */
  get atomName(): string | undefined {
    return this.state(NAME_STATE);
  }

  /** The name is written with the first commit: before there is one, the object has nothing to be woken for. */
  noteAtomName(name: string): void {
    this.#name = [{ kind: "state", name: NAME_STATE, value: name }];
  }

  override commit(changes: readonly Change[]): void {
    if (this.#name.length === 0) return super.commit(changes);
    super.commit([...this.#name, ...changes]);
    this.#name = [];
  }
}
