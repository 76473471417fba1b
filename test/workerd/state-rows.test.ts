/** The state of an atom's object, handed from one storage to another (durable/loaded/state-rows.ts). */
import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { keyToBytes } from "../../durable/core/bytes.ts";
import type { Change } from "../../durable/core/store.ts";
import { dropState, stateRows, takeRows, type StateRows } from "../../durable/loaded/state-rows.ts";
import { SqliteStore } from "../../durable/sqlite-store.ts";
import { atomStub } from "./objects.ts";

const LARGE = new Uint8Array(700_000).fill(7);

function put(key: string, value: Uint8Array): Change {
  return { kind: "kv", key, value };
}

/** What a store says that it has. */
function shown(store: SqliteStore): object {
  const kv = [...store.scan({ start: "", end: null, reverse: false })].map(([key, value]) => [key, value.length]);
  return { kv, state: [...store.load().state], name: store.atomName };
}

test("what arrives is what was there, in pieces: the tables, and the journal before them", async () => {
  const pieces: StateRows[] = [];
  const before = await runInDurableObject(atomStub("rows-from"), (_, { storage }) => {
    const store = new SqliteStore(storage);
    store.noteAtomName("counter");
    // Large values go past the journal, small ones stay in it.
    store.commit([put("large 1", LARGE), put("large 2", LARGE)]);
    store.commit([put("small", keyToBytes("value")), { kind: "state", name: "version", value: "hash" }]);
    pieces.push(...stateRows(storage.sql));
    return shown(store);
  });
  expect(pieces.filter(({ table }) => table === "kv").length).toBeGreaterThan(1);
  expect(pieces.map(({ table }) => table)).toContain("journal");
  const after = await runInDurableObject(atomStub("rows-to"), (_, { storage }) => {
    for (const piece of pieces) takeRows(storage.sql, piece);
    return shown(new SqliteStore(storage));
  });
  expect(after).toEqual(before);
  expect(after).toMatchObject({
    kv: [
      ["large 1", LARGE.length],
      ["large 2", LARGE.length],
      ["small", 5],
    ],
  });
});

test("what is dropped is gone, and nothing else is", async () => {
  await runInDurableObject(atomStub("rows-dropped"), (_, { storage }) => {
    storage.sql.exec("CREATE TABLE others (id INTEGER PRIMARY KEY)");
    new SqliteStore(storage).commit([put("small", LARGE)]);
    dropState(storage.sql);
    expect([...stateRows(storage.sql)]).toEqual([]);
    expect(storage.sql.exec("SELECT count(*) AS n FROM others").one()).toEqual({ n: 0 });
    expect(shown(new SqliteStore(storage))).toEqual({ kv: [], state: [], name: undefined });
  });
});

test("a table that no atom has is refused", async () => {
  await runInDurableObject(atomStub("rows-refused"), (_, { storage }) => {
    expect(() => takeRows(storage.sql, { table: "sqlite_master", rows: [] })).toThrow('no table "sqlite_master"');
  });
});
