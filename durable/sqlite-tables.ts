/**
 * The tables of an atom object in its SQLite: the journal of commits, and what the journal is emptied into. Keys of the
 * key-value store are BLOBs, so they order by their bytes.
 *
 * Invariant
 * 1. A checkpoint is a part of the transaction that the platform makes of everything between two awaits. While it is under
 *    way a row is there whose reference leads nowhere, which SQLite accepts until the transaction ends (a deferred foreign
 *    key): so one that stops half-way can never be committed, the platform resets the object, and the next start finds none of
 *    it. A savepoint would undo it at once, and costs as much as all else: it copies every page that the checkpoint touches.
 */
import { bytesToKey, keyToBytes } from "./core/bytes.ts";
import type { ChannelClass } from "./core/frame.ts";
import type { GlobalName } from "./core/names.ts";
import type { JournaledTables } from "./core/journaled-store.ts";
import type { Change, DeadLetter, IdempotencyRecord, KeyRange, KvEntry, Loaded, OpenRequest } from "./core/store.ts";

/** Each table is made when something is first put into it: most atoms need few, and each costs an idle object memory. */
const TABLES = {
  journal: "(id INTEGER PRIMARY KEY, record BLOB NOT NULL)",
  kv: "(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
  mail: "(first INTEGER PRIMARY KEY, count INTEGER NOT NULL, sender TEXT NOT NULL, body BLOB NOT NULL, done BLOB NOT NULL)",
  attempts: "(position INTEGER PRIMARY KEY, attempt INTEGER NOT NULL, traps INTEGER NOT NULL)",
  open_requests:
    "(token INTEGER PRIMARY KEY, asker TEXT NOT NULL, request INTEGER NOT NULL, kind TEXT NOT NULL, taken INTEGER NOT NULL)",
  outbox:
    "(peer TEXT, channel TEXT, first INTEGER, count INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(peer, channel, first))",
  senders:
    "(peer TEXT, channel TEXT, next INTEGER NOT NULL, base INTEGER NOT NULL, peer_epoch INTEGER NOT NULL, PRIMARY KEY(peer, channel)) WITHOUT ROWID",
  receivers:
    "(peer TEXT, channel TEXT, epoch INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY(peer, channel)) WITHOUT ROWID",
  dead_letters:
    "(id INTEGER PRIMARY KEY, at_ms REAL NOT NULL, direction TEXT NOT NULL, peer TEXT NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL)",
  idempotency: "(key TEXT PRIMARY KEY, at_ms REAL NOT NULL, position INTEGER NOT NULL, answer BLOB) WITHOUT ROWID",
  state: "(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
  /** Holds a row only while a checkpoint is under way. */
  unfinished: "(id INTEGER PRIMARY KEY, end INTEGER NOT NULL REFERENCES unfinished DEFERRABLE INITIALLY DEFERRED)",
} as const;
type Table = keyof typeof TABLES;
export const STORE_TABLES = Object.keys(TABLES) as readonly Table[];

export function createTable(table: Table): string {
  return `CREATE TABLE IF NOT EXISTS ${table}${TABLES[table]}`;
}

/** The table that a change is about. */
const TABLE_OF: Readonly<Record<Change["kind"], Table>> = {
  kv: "kv",
  "mail.put": "mail",
  "mail.done": "mail",
  "mail.delete": "mail",
  "attempt.put": "attempts",
  "attempt.delete": "attempts",
  "open.put": "open_requests",
  "open.delete": "open_requests",
  "outbox.put": "outbox",
  "outbox.delete": "outbox",
  "sender.put": "senders",
  "receiver.put": "receivers",
  "dead.put": "dead_letters",
  "dead.delete": "dead_letters",
  "idempotency.put": "idempotency",
  "idempotency.delete": "idempotency",
  "idempotency.expire": "idempotency",
  state: "state",
};

type Row = Record<string, SqlStorageValue>;

export class SqliteTables implements JournaledTables {
  readonly #sql: SqlStorage;
  readonly #tables: Set<string>;
  /** True if the journal has records. */
  #journaling = false;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    const tables = this.#sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
    this.#tables = new Set(tables.map(({ name }) => name as string));
  }

  load(): Loaded {
    const dead = this.#all("dead_letters", "SELECT coalesce(max(id), 0) AS id, count(*) AS count FROM dead_letters")[0];
    return {
      mail: this.#all("mail", "SELECT * FROM mail ORDER BY first").map((row) => ({
        first: row.first as number,
        count: row.count as number,
        from: row.sender as GlobalName | "",
        body: bytes(row.body),
        done: bytes(row.done),
      })),
      attempts: this.#all("attempts", "SELECT * FROM attempts").map((row) => ({
        position: row.position as number,
        attempt: row.attempt as number,
        traps: row.traps as number,
      })),
      open: this.#all("open_requests", "SELECT * FROM open_requests ORDER BY token").map(openRequest),
      outbox: this.#all("outbox", "SELECT * FROM outbox ORDER BY first").map((row) => ({
        ...channelOf(row),
        first: row.first as number,
        count: row.count as number,
        body: bytes(row.body),
      })),
      senders: this.#all("senders", "SELECT * FROM senders").map((row) => ({
        ...channelOf(row),
        next: row.next as number,
        base: row.base as number,
        peerEpoch: row.peer_epoch as number,
      })),
      receivers: this.#all("receivers", "SELECT * FROM receivers").map((row) => ({
        ...channelOf(row),
        epoch: row.epoch as number,
        next: row.next as number,
      })),
      idempotency: this.#all("idempotency", "SELECT * FROM idempotency WHERE answer IS NULL").map(idempotencyRecord),
      deadLetterIdMax: (dead?.id ?? 0) as number,
      deadLetterCount: (dead?.count ?? 0) as number,
      state: new Map(this.#all("state", "SELECT * FROM state").map((row) => [row.name as string, row.value as string])),
    };
  }

  records(): Uint8Array[] {
    const rows = this.#all("journal", "SELECT record FROM journal ORDER BY id");
    this.#journaling = rows.length > 0;
    return rows.map(({ record }) => bytes(record));
  }

  append(record: Uint8Array): void {
    this.#make("journal");
    this.#sql.exec("INSERT INTO journal(record) VALUES(?)", record);
    this.#journaling = true;
  }

  checkpoint(changes: readonly Change[]): void {
    for (const change of changes) if (adds(change)) this.#make(TABLE_OF[change.kind]);
    this.#make("unfinished");
    this.#sql.exec("INSERT INTO unfinished VALUES(1, 2)");
    for (const change of changes) if (this.#tables.has(TABLE_OF[change.kind])) this.#apply(change);
    if (this.#journaling) this.#sql.exec("DELETE FROM journal");
    this.#sql.exec("DELETE FROM unfinished");
    this.#journaling = false;
  }

  get(key: string): Uint8Array | undefined {
    if (!this.#tables.has("kv")) return undefined;
    const row = this.#sql.exec("SELECT value FROM kv WHERE key = ?", keyToBytes(key)).next();
    return row.done ? undefined : bytes((row.value as Row).value);
  }

  *scan({ start, end, reverse }: KeyRange): Iterable<KvEntry> {
    if (!this.#tables.has("kv")) return;
    const order = reverse ? "DESC" : "ASC";
    const from = keyToBytes(start);
    const rows =
      end === null
        ? this.#sql.exec(`SELECT key, value FROM kv WHERE key >= ? ORDER BY key ${order}`, from)
        : this.#sql.exec(
            `SELECT key, value FROM kv WHERE key >= ? AND key < ? ORDER BY key ${order}`,
            from,
            keyToBytes(end),
          );
    for (const row of rows) yield [bytesToKey(bytes(row.key)), bytes(row.value)];
  }

  deadLetters(after: number, limit: number): DeadLetter[] {
    return this.#all("dead_letters", "SELECT * FROM dead_letters WHERE id > ? ORDER BY id LIMIT ?", after, limit).map(
      deadLetter,
    );
  }

  deadLetter(id: number): DeadLetter | undefined {
    return this.#all("dead_letters", "SELECT * FROM dead_letters WHERE id = ?", id).map(deadLetter)[0];
  }

  idempotency(key: string): IdempotencyRecord | undefined {
    return this.#all("idempotency", "SELECT * FROM idempotency WHERE key = ?", key).map(idempotencyRecord)[0];
  }

  state(name: string): string | undefined {
    return this.#all("state", "SELECT value FROM state WHERE name = ?", name)[0]?.value as string | undefined;
  }

  #apply(change: Change): void {
    const sql = this.#sql;
    switch (change.kind) {
      case "kv":
        if (change.value === null) sql.exec("DELETE FROM kv WHERE key = ?", keyToBytes(change.key));
        else sql.exec("INSERT OR REPLACE INTO kv VALUES(?, ?)", keyToBytes(change.key), change.value);
        return;
      case "mail.put": {
        const { first, count, from, body, done } = change.record;
        sql.exec("INSERT OR REPLACE INTO mail VALUES(?, ?, ?, ?, ?)", first, count, from, body, done);
        return;
      }
      case "mail.done":
        sql.exec("UPDATE mail SET done = ? WHERE first = ?", change.done, change.first);
        return;
      case "mail.delete":
        sql.exec("DELETE FROM mail WHERE first = ?", change.first);
        return;
      case "attempt.put": {
        const { position, attempt, traps } = change.record;
        sql.exec("INSERT OR REPLACE INTO attempts VALUES(?, ?, ?)", position, attempt, traps);
        return;
      }
      case "attempt.delete":
        sql.exec("DELETE FROM attempts WHERE position = ?", change.position);
        return;
      case "open.put": {
        const { token, asker, request, kind, taken } = change.request;
        sql.exec(
          "INSERT OR REPLACE INTO open_requests VALUES(?, ?, ?, ?, ?)",
          token,
          asker,
          request,
          kind,
          taken ? 1 : 0,
        );
        return;
      }
      case "open.delete":
        sql.exec("DELETE FROM open_requests WHERE token = ?", change.token);
        return;
      case "outbox.put": {
        const { peer, channel, first, count, body } = change.record;
        sql.exec("INSERT OR REPLACE INTO outbox VALUES(?, ?, ?, ?, ?)", peer, channel, first, count, body);
        return;
      }
      case "outbox.delete":
        sql.exec(
          "DELETE FROM outbox WHERE peer = ? AND channel = ? AND first < ?",
          change.peer,
          change.channel,
          change.below,
        );
        return;
      case "sender.put": {
        const { peer, channel, next, base, peerEpoch } = change.record;
        sql.exec("INSERT OR REPLACE INTO senders VALUES(?, ?, ?, ?, ?)", peer, channel, next, base, peerEpoch);
        return;
      }
      case "receiver.put": {
        const { peer, channel, epoch, next } = change.record;
        sql.exec("INSERT OR REPLACE INTO receivers VALUES(?, ?, ?, ?)", peer, channel, epoch, next);
        return;
      }
      case "dead.put": {
        const { id, atMs, direction, peer, reason, body } = change.letter;
        sql.exec("INSERT INTO dead_letters VALUES(?, ?, ?, ?, ?, ?)", id, atMs, direction, peer, reason, body);
        return;
      }
      case "dead.delete":
        sql.exec("DELETE FROM dead_letters WHERE id = ?", change.id);
        return;
      case "idempotency.put": {
        const { key, atMs, position, answer } = change.record;
        sql.exec("INSERT OR REPLACE INTO idempotency VALUES(?, ?, ?, ?)", key, atMs, position, answer);
        return;
      }
      case "idempotency.delete":
        sql.exec("DELETE FROM idempotency WHERE key = ?", change.key);
        return;
      case "idempotency.expire":
        sql.exec("DELETE FROM idempotency WHERE answer IS NOT NULL AND at_ms < ?", change.beforeMs);
        sql.exec(
          `DELETE FROM idempotency WHERE answer IS NOT NULL AND key NOT IN
             (SELECT key FROM idempotency WHERE answer IS NOT NULL ORDER BY at_ms DESC LIMIT ?)`,
          change.keep,
        );
        return;
      case "state":
        sql.exec("INSERT OR REPLACE INTO state VALUES(?, ?)", change.name, change.value);
        return;
    }
  }

  /** The rows of a query; none if its table was never made. */
  #all(table: Table, query: string, ...bindings: SqlStorageValue[]): Row[] {
    return this.#tables.has(table) ? this.#sql.exec(query, ...bindings).toArray() : [];
  }

  #make(table: Table): void {
    if (this.#tables.has(table)) return;
    this.#sql.exec(`CREATE TABLE ${table}${TABLES[table]}`);
    this.#tables.add(table);
  }
}

/** False for a change that takes something away, or does nothing to a table that is empty. */
function adds(change: Change): boolean {
  return change.kind === "kv" ? change.value !== null : change.kind === "state" || change.kind.endsWith(".put");
}

function bytes(value: SqlStorageValue | undefined): Uint8Array {
  return new Uint8Array(value as ArrayBuffer);
}

function channelOf(row: Row): { peer: GlobalName; channel: ChannelClass } {
  return { peer: row.peer as GlobalName, channel: row.channel as ChannelClass };
}

function openRequest(row: Row): OpenRequest {
  return {
    token: row.token as number,
    asker: row.asker as GlobalName | "",
    request: row.request as number,
    kind: row.kind as OpenRequest["kind"],
    taken: row.taken === 1,
  };
}

function deadLetter(row: Row): DeadLetter {
  return {
    id: row.id as number,
    atMs: row.at_ms as number,
    direction: row.direction as DeadLetter["direction"],
    peer: row.peer as GlobalName | "",
    reason: row.reason as string,
    body: bytes(row.body),
  };
}

function idempotencyRecord(row: Row): IdempotencyRecord {
  return {
    key: row.key as string,
    atMs: row.at_ms as number,
    position: row.position as number,
    answer: row.answer === null ? null : bytes(row.answer),
  };
}
