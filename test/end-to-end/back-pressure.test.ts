/**
 * Back-pressure over the whole way: a slow atom's mailbox fills, then its sender's outbox, then the sender's mailbox, and then
 * HTTP answers 429. Nothing that was accepted is lost, repeated or out of order, and refusing costs no memory.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRadon, temporaryFolder, type RadonProcess } from "./radon-process.ts";

const config = join(import.meta.dirname, "applications/pressure/formula.toml");
const data = temporaryFolder();
const PAYLOAD_BYTES = 256 * 1024;
const FILL_MS_MAX = 40_000;
const DRAIN_MS_MAX = 40_000;
/** How long the clients go on once everything is full, and what workerd may grow by meanwhile: garbage comes and goes. */
const PRESS_MS = 5_000;
const PRESS_BYTES_MAX = 256 * 1024 * 1024;
/** The same while no client does anything, and the sender alone waits for room. */
const WAIT_MS = 5_000;
const WAIT_BYTES_MAX = 128 * 1024 * 1024;

let radon: RadonProcess;
beforeAll(async () => {
  radon = await startRadon(config, data.path);
});
afterAll(async () => {
  // It is not there if it did not start, which is told already.
  await radon?.stop();
  data.remove();
});

/** A client numbers its messages; it repeats one that was refused, and goes on once one was accepted. */
interface Client {
  readonly id: string;
  readonly path: string;
  accepted: number;
  refused: number;
  /** How many refusals named no time to come back after. */
  rude: number;
}

const RELAY = "/_radon/v1/atoms/cloud/relay/messages";
const SLOW = "/_radon/v1/atoms/edge-1/slow/messages";
/** The slow atom is slow as long as it has this key. */
const PACE = "/_radon/v1/atoms/edge-1/slow/kv/slow";

function clientsOf(path: string, ids: string): Client[] {
  return [...ids].map((id) => ({ id, path, accepted: 0, refused: 0, rude: 0 }));
}

async function keepPosting(client: Client, goesOn: () => boolean): Promise<void> {
  const payload = new Uint8Array(PAYLOAD_BYTES);
  payload[0] = client.id.charCodeAt(0);
  while (goesOn()) {
    new DataView(payload.buffer).setUint32(1, client.accepted + 1, true);
    const response = await fetch(radon.url + client.path, { method: "POST", body: payload });
    await response.arrayBuffer();
    if (response.ok) {
      client.accepted += 1;
    } else {
      expect(response.status).toBe(429);
      client.refused += 1;
      if (response.headers.get("retry-after") === null) client.rude += 1;
    }
  }
}

/** The number that came last of a client, and how many came out of order. */
async function arrivedOf({ id }: Client): Promise<{ last: number; disorder: number }> {
  const response = await fetch(`${radon.url}/_radon/v1/atoms/edge-1/slow/kv/${id}`);
  if (response.status === 404) return { last: 0, disorder: 0 };
  const view = new DataView(await response.arrayBuffer());
  return { last: view.getUint32(0, true), disorder: view.getUint32(4, true) };
}

/** The memory of workerd; 0 where the system does not tell. */
function residentBytes(): number {
  const pid = readFileSync(join(data.path, "workerd.pid"), "utf8").trim();
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return 0;
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(file, "utf8"))?.[1]) * 1024;
}

async function until(holds: () => boolean | Promise<boolean>, ms: number): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds()) && Date.now() < deadline) await sleep(50);
}

const relayed = clientsOf(RELAY, "ABCDEF");
const direct = clientsOf(SLOW, "UVW");
const askers = clientsOf("/slow", "XYZ");
const clients = [...relayed, ...direct, ...askers];

/** All clients post for as long as `meanwhile` takes. */
async function press(meanwhile: () => Promise<void>): Promise<void> {
  let pressing = true;
  const posting = clients.map((client) => keepPosting(client, () => pressing));
  try {
    await meanwhile();
  } finally {
    pressing = false;
    await Promise.all(posting);
  }
}

async function growthBytes(ms: number): Promise<number> {
  const before = residentBytes();
  await sleep(ms);
  return residentBytes() - before;
}

test("a slow atom slows its sender and all their clients, and nothing is lost", { timeout: 120_000 }, async () => {
  expect((await fetch(radon.url + PACE, { method: "PUT", body: "yes" })).status).toBe(204);
  await press(async () => {
    await until(() => [...relayed, ...direct].every(({ refused }) => refused > 0), FILL_MS_MAX);
    expect(await growthBytes(PRESS_MS)).toBeLessThan(PRESS_BYTES_MAX);
  });
  for (const { refused } of [...relayed, ...direct]) expect(refused).toBeGreaterThan(0);
  for (const { rude } of clients) expect(rude).toBe(0);

  expect(await growthBytes(WAIT_MS)).toBeLessThan(WAIT_BYTES_MAX);
  await fetch(radon.url + PACE, { method: "DELETE" });
  await until(async () => {
    const arrived = await Promise.all(clients.map(arrivedOf));
    return arrived.every(({ last }, index) => last === clients[index]?.accepted);
  }, DRAIN_MS_MAX);
  for (const client of clients) {
    expect({ client: client.id, ...(await arrivedOf(client)) }).toEqual({
      client: client.id,
      last: client.accepted,
      disorder: 0,
    });
  }
});
