/** The contract of `Store` on the SQLite of an object. The objects are of names that no atom has, so nothing else is in them. */
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { journalEquivalence } from "../contract/journal-equivalence.ts";
import { storeContract } from "../contract/store-contract.ts";
import { JOURNAL_BOUNDS, JournaledStore } from "../../durable/core/journaled-store.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import type { Change } from "../../durable/core/store.ts";
import { SqliteStore } from "../../durable/sqlite-store.ts";
import { SqliteTables } from "../../durable/sqlite-tables.ts";
import { atomStub } from "./objects.ts";

let made = 0;

/** Run in an object of their own, each in an event of its own; the object is reset by one that leaves a commit half-done. */
async function inObject(...checks: ((storage: DurableObjectStorage) => void)[]): Promise<void> {
  made += 1;
  for (const check of checks) {
    let checked = false;
    const event = runInDurableObject(atomStub(`store-${made}`), (_, state) => {
      check(state.storage);
      checked = true;
    });
    await event.catch((error: unknown) => {
      if (!checked || !String(error).includes("FOREIGN KEY")) throw error;
    });
  }
}

storeContract("object SQLite", (...uses) =>
  inObject(...uses.map((use) => (storage: DurableObjectStorage) => use(() => new SqliteStore(storage)))),
);

for (const records of [1, 0]) {
  storeContract(`object SQLite with a journal of ${records} records`, (...uses) =>
    inObject(
      ...uses.map(
        (use) => (storage: DurableObjectStorage) =>
          use(() => new JournaledStore(new SqliteTables(storage), { ...JOURNAL_BOUNDS, records })),
      ),
    ),
  );
}

journalEquivalence("tables in SQLite", 60, (run) =>
  inObject((storage) =>
    run(() => {
      for (const name of tablesOf(storage)) storage.sql.exec(`DROP TABLE ${name}`);
      return () => new SqliteTables(storage);
    }),
  ),
);

function tablesOf({ sql }: DurableObjectStorage): string[] {
  const rows = sql.exec<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
  );
  return rows.toArray().map(({ name }) => name);
}

const recordsOf = ({ sql }: DurableObjectStorage) => sql.exec("SELECT count(*) AS n FROM journal").one().n;
const PEER = "edge-1/peer" as GlobalName;
const RECEIVED: Change = { kind: "receiver.put", record: { peer: PEER, channel: "mail", epoch: 7, next: 2 } };
const LETTER = { id: 1, atMs: 1, direction: "in", peer: PEER, reason: "", body: new Uint8Array(1) } as const;
const kv = (key: string, value: number): Change => ({ kind: "kv", key, value: new Uint8Array([value]) });

describe("the object's SQLite", () => {
  test("a new object makes one table, with its first commit, and that holds its name", () =>
    inObject((storage) => {
      const store = new SqliteStore(storage);
      expect(store.atomName).toBeUndefined();
      store.noteAtomName("counter");
      expect(tablesOf(storage)).toEqual([]);
      store.commit([RECEIVED, kv("a", 1)]);
      store.commit([kv("a", 2)]);
      expect([tablesOf(storage), recordsOf(storage)]).toEqual([["journal"], 2]);
      expect(storage.sql.exec("SELECT id FROM journal WHERE instr(record, 'counter') > 0").toArray()).toEqual([
        { id: 1 },
      ]);
      expect(new SqliteStore(storage).atomName).toBe("counter");
    }));

  test("a full journal is emptied into tables, of which those are made that are needed", () =>
    inObject((storage) => {
      const store = new SqliteStore(storage);
      for (let next = 0; next <= JOURNAL_BOUNDS.records; next++) store.commit([kv("a", next % 256)]);
      expect([tablesOf(storage), recordsOf(storage)]).toEqual([["journal", "kv", "unfinished"], 0]);
      expect(new SqliteStore(storage).get("a")).toEqual(new Uint8Array([JOURNAL_BOUNDS.records % 256]));
    }));

  test("a checkpoint that fails half-way leaves tables and journal as they were, whoever catches its error", () =>
    inObject(
      (storage) => {
        const store = new SqliteStore(storage);
        store.commit([{ kind: "dead.put", letter: LETTER }]);
        store.commit([kv("a", 1)]);
      },
      (storage) => {
        const store = new SqliteStore(storage);
        expect(() => store.commit([kv("a", 2), { kind: "dead.put", letter: LETTER }])).toThrow("UNIQUE");
        // Nor can anything else of the same event stay.
        storage.sql.exec("INSERT INTO kv VALUES(x'62', x'02')");
        expect(() => store.commit([{ kind: "dead.delete", id: 1 }])).toThrow("UNIQUE");
      },
      (storage) => {
        const store = new SqliteStore(storage);
        expect([recordsOf(storage), store.get("a"), store.get("b")]).toEqual([1, new Uint8Array([1]), undefined]);
        expect(store.deadLetter(1)).toBeDefined();
      },
    ));

  test("an object without a journal is read, and goes on with one", () =>
    inObject((storage) => {
      storage.sql.exec(`
        CREATE TABLE kv(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE receivers(peer TEXT, channel TEXT, epoch INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY(peer, channel)) WITHOUT ROWID;
        CREATE TABLE state(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        INSERT INTO kv VALUES(x'61', x'01'), (x'62', x'02');
        INSERT INTO receivers VALUES('edge-1/peer', 'mail', 7, 1), ('cloud/other', 'mail', 7, 9);
        INSERT INTO state VALUES('name', 'counter');
      `);
      const store = new SqliteStore(storage);
      expect([store.atomName, store.get("b")]).toEqual(["counter", new Uint8Array([2])]);
      store.commit([RECEIVED, { kind: "kv", key: "b", value: null }]);
      const again = new SqliteStore(storage);
      const nextOf = Object.fromEntries(again.load().receivers.map(({ peer, next }) => [peer, next]));
      expect(nextOf).toEqual({ "edge-1/peer": 2, "cloud/other": 9 });
      expect([again.get("a"), again.get("b")]).toEqual([new Uint8Array([1]), undefined]);
    }));

  test("a journal that cannot be read stops the object with a reason", () =>
    inObject((storage) => {
      new SqliteStore(storage).commit([kv("a", 1)]);
      storage.sql.exec("UPDATE journal SET record = x'0102'");
      expect(() => new SqliteStore(storage)).toThrow("Record 1 of the journal cannot be read");
    }));
});
