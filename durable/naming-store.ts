/**
 * What a naming object keeps in its SQLite: the directory, the log of changes (of a leader), its own atoms' alias deltas, those that
 * were loaded, and a few values. The object writes through here first and changes its memory after.
 *
 * Invariants
 * 1. `commit` writes changes, log and position together or not at all.
 * 2. The log holds the latest changes without a gap, no more than the leader does.
 */
import type { AliasDelta } from "./core/aliases.ts";
import { Directory, type AtomRecord, type Change, type RuntimeHead } from "./core/directory.ts";
import type { AtomName, RuntimeName } from "./core/names.ts";
import type { AtomDelta, LoadedName } from "./core/own-atoms.ts";
import { LOGGED_CHANGES_MAX, type Position } from "./core/registry.ts";
import { NOWHERE } from "./core/replica.ts";

const TABLES = `
  CREATE TABLE IF NOT EXISTS naming_runtimes (runtime TEXT PRIMARY KEY, head TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS naming_atoms
    (runtime TEXT, atom TEXT, record TEXT NOT NULL, PRIMARY KEY (runtime, atom)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS naming_log (version INTEGER PRIMARY KEY, change TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS naming_deltas (atom TEXT PRIMARY KEY, delta TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS naming_loaded (atom TEXT PRIMARY KEY, loaded TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS naming_values (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** The values and their types; each is absent until it is first put. */
export interface StoredValues {
  role: "leader" | "follower";
  position: Position;
  /** What the leader accepted last of this runtime: a revision in the leader's epoch. */
  registered: { readonly epoch: string; readonly revision: number };
  /** Attempts in a row that did not reach the leader. */
  failures: number;
}

/** The part of an object's storage that is used. */
export type NamingStorage = Pick<DurableObjectStorage, "sql" | "transactionSync">;

export class NamingStore {
  readonly #storage: NamingStorage;
  readonly #sql: SqlStorage;

  constructor(storage: NamingStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#sql.exec(TABLES);
  }

  loadDirectory(): Directory {
    const directory = new Directory();
    for (const { head } of this.#sql.exec<{ head: string }>("SELECT head FROM naming_runtimes")) {
      directory.apply({ kind: "runtime", head: JSON.parse(head) as RuntimeHead });
    }
    const rows = this.#sql.exec<{ runtime: string; record: string }>("SELECT runtime, record FROM naming_atoms");
    for (const { runtime, record } of rows) {
      directory.apply({ kind: "atom", runtime: runtime as RuntimeName, atom: JSON.parse(record) as AtomRecord });
    }
    return directory;
  }

  loadLog(): Change[] {
    const rows = this.#sql.exec<{ change: string }>("SELECT change FROM naming_log ORDER BY version");
    return rows.toArray().map(({ change }) => JSON.parse(change) as Change);
  }

  loadDeltas(): AtomDelta[] {
    const rows = this.#sql.exec<{ atom: string; delta: string }>("SELECT atom, delta FROM naming_deltas");
    return rows.toArray().map(({ atom, delta }) => [atom as AtomName, JSON.parse(delta) as AliasDelta]);
  }

  get<K extends keyof StoredValues>(key: K): StoredValues[K] | undefined {
    const [row] = this.#sql.exec<{ value: string }>("SELECT value FROM naming_values WHERE key = ?", key).toArray();
    return row === undefined ? undefined : (JSON.parse(row.value) as StoredValues[K]);
  }

  put<K extends keyof StoredValues>(key: K, value: StoredValues[K]): void {
    this.#sql.exec("INSERT OR REPLACE INTO naming_values VALUES (?, ?)", key, JSON.stringify(value));
  }

  position(): Position {
    return this.get("position") ?? NOWHERE;
  }

  putDelta(atom: AtomName, delta: AliasDelta): void {
    this.#sql.exec("INSERT OR REPLACE INTO naming_deltas VALUES (?, ?)", atom, JSON.stringify(delta));
  }

  loadLoaded(): (readonly [AtomName, LoadedName])[] {
    const rows = this.#sql.exec<{ atom: string; loaded: string }>("SELECT atom, loaded FROM naming_loaded");
    return rows.toArray().map(({ atom, loaded }) => [atom as AtomName, JSON.parse(loaded) as LoadedName]);
  }

  putLoaded(atom: AtomName, loaded: LoadedName | null): void {
    if (loaded) this.#sql.exec("INSERT OR REPLACE INTO naming_loaded VALUES (?, ?)", atom, JSON.stringify(loaded));
    else this.#sql.exec("DELETE FROM naming_loaded WHERE atom = ?", atom);
  }

  /** A follower's commit: the changes, and where in the leader's history they lead. */
  commit(changes: readonly Change[], position: Position): void {
    this.#storage.transactionSync(() => this.#writeAll(changes, position));
  }

  /** A leader's commit: the changes are also the next ones of its log. */
  commitLogged(changes: readonly Change[], before: Position): void {
    this.#storage.transactionSync(() => {
      let { version } = before;
      for (const change of changes) {
        version += 1;
        this.#sql.exec("INSERT INTO naming_log VALUES (?, ?)", version, JSON.stringify(change));
      }
      this.#sql.exec("DELETE FROM naming_log WHERE version <= ?", version - LOGGED_CHANGES_MAX);
      this.#writeAll(changes, { epoch: before.epoch, version });
    });
  }

  /** A history ends or begins here: changes of the one before must not be taken for changes of this one. */
  beginHistory(role: StoredValues["role"], position: Position): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec("DELETE FROM naming_log");
      this.put("role", role);
      this.put("position", position);
    });
  }

  #writeAll(changes: readonly Change[], position: Position): void {
    for (const change of changes) this.#write(change);
    this.put("position", position);
  }

  #write(change: Change): void {
    switch (change.kind) {
      case "runtime":
        this.#sql.exec(
          "INSERT OR REPLACE INTO naming_runtimes VALUES (?, ?)",
          change.head.runtime,
          JSON.stringify(change.head),
        );
        return;
      case "runtime-gone":
        this.#sql.exec("DELETE FROM naming_atoms WHERE runtime = ?", change.runtime);
        this.#sql.exec("DELETE FROM naming_runtimes WHERE runtime = ?", change.runtime);
        return;
      case "atom":
        this.#sql.exec(
          "INSERT OR REPLACE INTO naming_atoms VALUES (?, ?, ?)",
          change.runtime,
          change.atom.name,
          JSON.stringify(change.atom),
        );
        return;
      case "atom-gone":
        this.#sql.exec("DELETE FROM naming_atoms WHERE runtime = ? AND atom = ?", change.runtime, change.atom);
    }
  }
}
