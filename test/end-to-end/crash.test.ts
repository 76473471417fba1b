/**
 * Exactly once over `kill -9`: messages are accepted at one runtime and handed on to the other while the whole system
 * is killed again and again. At the end every accepted message has arrived, and each once.
 */
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { startRadon, temporaryFolder } from "./radon-process.ts";

const MESSAGES = 300;
const KILLS = 3;
const config = join(import.meta.dirname, "applications/ledger/formula.toml");
const data = temporaryFolder();

afterAll(() => data.remove());

/** Posts until the message is accepted, under one key, as a careful client would. */
async function accept(base: () => string, id: string): Promise<void> {
  for (;;) {
    try {
      const response = await fetch(`${base()}/_radon/v1/atoms/cloud/forward/messages`, {
        method: "POST",
        headers: { "idempotency-key": id },
        body: id,
        signal: AbortSignal.timeout(5_000),
      });
      if (response.status === 202) return;
    } catch {
      // The system is down: it is being killed and started again.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function countsAt(base: string): Promise<Map<string, string>> {
  const counts = new Map<string, string>();
  let cursor: string | null = "";
  while (cursor !== null) {
    const page = await fetch(`${base}/_radon/v1/atoms/edge-1/collect/kv?limit=1000${cursor && `&cursor=${cursor}`}`);
    const { entries, cursor: next } = (await page.json()) as {
      entries: { key: string; value: string }[];
      cursor: string | null;
    };
    for (const { key, value } of entries) counts.set(key, value);
    cursor = next;
  }
  return counts;
}

test("killing radon dev at any moment loses no accepted message and repeats none", { timeout: 180_000 }, async () => {
  let radon = await startRadon(config, data.path);
  const ids = Array.from({ length: MESSAGES }, (_, index) => `m${String(index).padStart(4, "0")}`);
  let done = 0;
  const clients = Array.from({ length: 8 }, async (_, client) => {
    for (let index = client; index < ids.length; index += 8) {
      await accept(() => radon.url, ids[index] as string);
      done += 1;
    }
  });
  for (let kill = 1; kill <= KILLS; kill += 1) {
    while (done < (MESSAGES * kill) / (KILLS + 1)) await new Promise((resolve) => setTimeout(resolve, 5));
    await radon.kill();
    radon = await startRadon(config, data.path);
  }
  await Promise.all(clients);

  const deadline = Date.now() + 30_000;
  let counts = await countsAt(radon.url);
  while (counts.size < MESSAGES && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    counts = await countsAt(radon.url);
  }
  expect([...counts.keys()].sort()).toEqual(ids);
  expect(new Set(counts.values())).toEqual(new Set(["1"]));
  expect(await radon.stop()).toBe(0);
});
