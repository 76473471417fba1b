/**
 * Updates without loss: clients go on ordering while `radon dev` replaces the version that runs. At the end every order that was
 * accepted has come everywhere, and once; every atom has migrated once a version; and the application was not away for long.
 */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { startRadon, temporaryFolder, type RadonProcess } from "./radon-process.ts";

const VERSIONS = 3;
const CLIENTS = 6;
const TRY_MS_MAX = 5_000;
const PAUSE_MS = 20;
/** Enough orders with each version for all that a pair of atoms does when it is busy. */
const ORDERS_A_VERSION = 60;
/** An idle machine takes a fraction of it; one that is busy with other tests must not fail them. */
const AWAY_MS_MAX = 10_000;
const SETTLE_MS_MAX = 30_000;

const folder = temporaryFolder();
const at = (name: string) => join(folder.path, name);
cpSync(join(import.meta.dirname, "applications/redeployed"), folder.path, { recursive: true });
let radon: RadonProcess | undefined;
afterAll(async () => {
  await radon?.kill();
  folder.remove();
});

interface Accepted {
  readonly order: string;
  readonly atMs: number;
  /** What answered, for an order that was answered. */
  readonly version: number | undefined;
}

/** An order by HTTP, which is answered by the front and goes on from there, or a message that only has to be accepted. */
function call(url: string, order: string, direct: boolean): Promise<Response> {
  const path = direct ? "/_radon/v1/atoms/edge/book/messages" : "/orders";
  const headers = { "idempotency-key": order };
  return fetch(url + path, { method: "POST", headers, body: order, signal: AbortSignal.timeout(TRY_MS_MAX) });
}

/** Orders until it is accepted, under one key, as a careful client does. */
async function order(url: string, id: string, direct: boolean): Promise<Accepted> {
  for (;;) {
    try {
      const response = await call(url, id, direct);
      const text = await response.text();
      if (response.ok) return { order: id, atMs: Date.now(), version: direct ? undefined : Number(text) };
      if (response.status !== 503) throw new Error(`${response.status} ${text}`);
    } catch (error) {
      // The connection was cut, or there was none: the version is being replaced.
      if (!(error instanceof TypeError || (error as Error).name === "TimeoutError")) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

/** The atom's keys, all pages of them. */
async function entriesOf(url: string, atom: string): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Response = await fetch(`${url}/_radon/v1/atoms/${atom}/kv?limit=1000${cursor && `&cursor=${cursor}`}`);
    const read = (await page.json()) as { entries: { key: string; value: string }[]; cursor: string | null };
    for (const { key, value } of read.entries) entries.set(key, value);
    cursor = read.cursor;
  }
  return entries;
}

/** What an atom's keys have to be. */
function ledgerOf(orders: readonly Accepted[]): Map<string, string> {
  const entries = orders.map(({ order }) => [`order/${order}`, "1"] as const);
  return new Map([...entries, ["migrations", String(VERSIONS - 1)] as const]);
}

async function settled(url: string, atom: string, expected: Map<string, string>): Promise<Map<string, string>> {
  const untilMs = Date.now() + SETTLE_MS_MAX;
  for (;;) {
    const entries = await entriesOf(url, atom);
    if (entries.size >= expected.size || Date.now() > untilMs) return entries;
    await sleep(PAUSE_MS);
  }
}

async function orderWhile(url: string, goesOn: () => boolean, accepted: Accepted[]): Promise<void> {
  const client = async (name: number): Promise<void> => {
    for (let count = 0; goesOn(); count += 1) {
      accepted.push(await order(url, `${name}-${count}`, count % 3 === 2));
      await sleep(PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
}

test("new versions under load: nothing accepted is lost or repeated", { timeout: 180_000 }, async () => {
  radon = await startRadon(at("formula.toml"), at("data"));
  const { url } = radon;
  const accepted: Accepted[] = [];
  let loading = true;
  const clients = orderWhile(url, () => loading, accepted);
  const answeredBy = (version: number) => accepted.filter((each) => each.version === version).length;
  const enough = async (version: number) => {
    while (answeredBy(version) < ORDERS_A_VERSION) await Promise.race([sleep(PAUSE_MS), clients]);
  };
  await enough(1);
  for (let version = 2; version <= VERSIONS; version += 1) {
    writeFileSync(at("version.ts"), `export const VERSION: i32 = ${version};\n`);
    await enough(version);
  }
  loading = false;
  await clients;

  const [handedOn, direct] = [accepted.filter((each) => each.version), accepted.filter((each) => !each.version)];
  expect(direct.length).toBeGreaterThan(0);
  const books = [
    ["cloud/front", handedOn],
    ["edge/book", [...handedOn, ...direct]],
    ["edge/daybook", handedOn],
  ] as const;
  for (const [atom, orders] of books) expect(await settled(url, atom, ledgerOf(orders))).toEqual(ledgerOf(orders));
  const times = accepted.map(({ atMs }) => atMs).sort((a, b) => a - b);
  const awayMs = Math.max(...times.slice(1).map((atMs, index) => atMs - (times[index] as number)));
  console.log(`${accepted.length} orders; between two that were accepted passed ${awayMs} ms at most`);
  expect(awayMs).toBeLessThan(AWAY_MS_MAX);
  expect(await radon.stop()).toBe(0);
});
