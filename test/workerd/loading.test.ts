/** How the state of an atom moves to the facet of a loaded module and back (durable/loaded/loading.ts, invariant 2). */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { AtomEntry } from "../../durable/core/application.ts";
import { keyToBytes } from "../../durable/core/bytes.ts";
import type { LoadPhase } from "../../durable/core/loaded-atom.ts";
import { FACET } from "../../durable/loaded/loaded-facet.ts";
import { LoadedStore, type LoadedRecord } from "../../durable/loaded/loaded-store.ts";
import { Loading } from "../../durable/loaded/loading.ts";
import { stateRows, takeRows, type StateRows } from "../../durable/loaded/state-rows.ts";
import { SqliteStore } from "../../durable/sqlite-store.ts";
import { application } from "./application.ts";
import { atomStub, call, namingStub } from "./objects.ts";

const entry = { ...(application.atoms[0] as AtomEntry), moduleHash: "loaded" };
const MODULE = new Uint8Array(2_500_000).fill(3);

/** What the object keeps of a module that was loaded; `replaces`: what the application has of the atom. */
function record(phase: LoadPhase, replaces: string | null = null): LoadedRecord {
  return { entry, replaces, phase, stamp: "stamp", moduleBytes: MODULE.length };
}

interface Keeper {
  take(rows: StateRows): Promise<void>;
  give(take: (rows: StateRows) => void): Promise<void>;
}

function keeperOf(ctx: DurableObjectState): Keeper {
  const { StateKeeper } = (ctx as unknown as { exports: { StateKeeper: DurableObjectClass } }).exports;
  return ctx.facets.get(FACET, () => ({ class: StateKeeper })) as unknown as Keeper;
}

async function rowsInFacet(ctx: DurableObjectState): Promise<number> {
  let rows = 0;
  await keeperOf(ctx).give((piece) => void (rows += piece.rows.length));
  return rows;
}

/** Rows by their sizes: bytes are too many to compare one by one. */
function shown(pieces: Iterable<StateRows>): string[] {
  const sizeOf = (value: SqlStorageValue) => (value instanceof ArrayBuffer ? value.byteLength : value);
  return [...pieces].flatMap(({ table, rows }) => rows.map((row) => `${table} ${row.map(sizeOf).join()}`));
}

function fill({ storage }: DurableObjectState): StateRows[] {
  const store = new SqliteStore(storage);
  store.commit([{ kind: "kv", key: "large", value: new Uint8Array(700_000) }]);
  store.commit([{ kind: "kv", key: "small", value: keyToBytes("value") }]);
  return [...stateRows(storage.sql)];
}

test("it arrives whole, also where a move before was cut short, and is nowhere else then", async () => {
  await runInDurableObject(atomStub("loading-arrives"), async (_, ctx) => {
    const before = fill(ctx);
    new LoadedStore(ctx.storage).put(record("arriving"), MODULE);
    await keeperOf(ctx).take({ table: "kv", rows: [[new ArrayBuffer(1), new ArrayBuffer(9)]] });
    const loading = new Loading(ctx, {});
    expect(loading.isDue).toBe(true);
    await loading.settle();
    expect(loading.record?.phase).toBe("there");
    expect([...stateRows(ctx.storage.sql)]).toEqual([]);
    expect(await rowsInFacet(ctx)).toBe(shown(before).length);
  });
});

test("it leaves whole, also where a move before was cut short, and nothing of the module stays", async () => {
  await runInDurableObject(atomStub("loading-leaves"), async (_, ctx) => {
    const before = fill(ctx);
    new LoadedStore(ctx.storage).put(record("arriving"), MODULE);
    await new Loading(ctx, {}).settle();
    new LoadedStore(ctx.storage).setPhase("leaving");
    takeRows(ctx.storage.sql, before[0] as StateRows);
    const loading = new Loading(ctx, {});
    await loading.settle();
    expect(shown(stateRows(ctx.storage.sql))).toEqual(shown(before));
    expect([loading.record, [...ctx.storage.kv.list()]]).toEqual([undefined, []]);
    expect(await rowsInFacet(ctx)).toBe(0);
  });
});

test("what was deployed since takes it back, or keeps it where it had not left yet", async () => {
  await runInDurableObject(atomStub("loading-superseded"), async (_, ctx) => {
    const before = fill(ctx);
    for (const phase of ["arriving", "there"] as const) {
      new LoadedStore(ctx.storage).put(record("arriving", "old"), MODULE);
      const loaded = new Loading(ctx, {});
      loaded.built = { ...entry, moduleHash: "old" };
      if (phase === "there") await loaded.settle();
      const loading = new Loading(ctx, {});
      loading.built = { ...entry, moduleHash: "new" };
      expect(loading.isDue).toBe(true);
      await loading.settle();
      expect([loading.record, shown(stateRows(ctx.storage.sql))]).toEqual([undefined, shown(before)]);
    }
  });
});

test("3: what a deployment took back while the object slept does not come back with the deployment after that", async () => {
  const slept = { ...entry, name: "loading-slept" as AtomEntry["name"] };
  const tell = (loaded: object | null) =>
    call(namingStub(), "POST", "/loaded", JSON.stringify({ atom: slept.name, loaded }));
  const { kind, moduleHash, aliases } = slept;
  await tell({ kind, moduleHash, aliases, replaces: null });
  await runInDurableObject(atomStub(slept.name), async (_, ctx) => {
    const before = fill(ctx);
    new LoadedStore(ctx.storage).put({ ...record("arriving"), entry: slept }, MODULE);
    const bindings = env as unknown as Record<string, unknown>;
    await new Loading(ctx, bindings).settle();
    const still = new Loading(ctx, bindings);
    await still.settle();
    expect(still.record?.phase).toBe("there");
    // As the naming does when it starts with another build of the atom.
    await tell(null);
    const over = new Loading(ctx, bindings);
    await over.settle();
    expect([over.record, shown(stateRows(ctx.storage.sql))]).toEqual([undefined, shown(before)]);
  });
});

test("1: what is taken back while its state arrives has it back with the next life, and all of it", async () => {
  const name = "loading-unloaded";
  const built = application.atoms.find((atom) => atom.name === name) as AtomEntry;
  const { kind, moduleHash, aliases } = entry;
  const loaded = { kind, moduleHash, aliases, replaces: built.moduleHash };
  await call(namingStub(), "POST", "/loaded", JSON.stringify({ atom: name, loaded }));
  const before = await runInDurableObject(atomStub(name), (_, ctx) => {
    const rows = fill(ctx);
    new LoadedStore(ctx.storage).put(
      { ...record("arriving", built.moduleHash), entry: { ...entry, name: built.name } },
      MODULE,
    );
    return shown(rows);
  });
  await evictDurableObject(atomStub(name));
  // The first event of its life begins the move, and fails for want of a loader.
  const first = call(atomStub(name), "GET", "/state").catch(() => undefined);
  expect((await call(atomStub(name), "DELETE", "/loaded")).status).toBe(204);
  await first;
  await evictDurableObject(atomStub(name));
  expect((await call(atomStub(name), "GET", "/state")).status).toBe(200);
  await runInDurableObject(atomStub(name), (_, ctx) => {
    expect(shown(stateRows(ctx.storage.sql))).toEqual(
      expect.arrayContaining(before.filter((row) => row.startsWith("kv "))),
    );
  });
});

test("a module is kept in parts, and read back as it was", async () => {
  await runInDurableObject(atomStub("loading-parts"), (_, { storage }) => {
    new LoadedStore(storage).put(record("there"), MODULE);
    const store = new LoadedStore(storage);
    const module = store.module(store.record as LoadedRecord);
    expect([module.length, module.findIndex((byte) => byte !== MODULE[0])]).toEqual([MODULE.length, -1]);
    store.put({ ...record("there"), moduleBytes: 3 }, MODULE.subarray(0, 3));
    expect([...storage.kv.list()].map(([key]) => key)).toEqual(["loaded", "loaded-module-0"]);
  });
});

test("a runtime without a loader says so, and offers a deployment", async () => {
  await runInDurableObject(atomStub("loading-refused"), async (_, ctx) => {
    expect(await new Loading(ctx, {}).load(entry.name, {}, MODULE)).toMatchObject({
      code: "UNSUPPORTED",
      reason: expect.stringMatching(/no Worker Loader .*run radon deploy/),
    });
  });
});
