/** The pages of what the control API lists: none is too large, and together they hold everything once. */
import { beforeEach, expect, test } from "vitest";
import { PAYLOAD_BYTES_MAX } from "../../durable/core/limits.ts";
import { atomRouter } from "../../durable/object-routes/atom-router.ts";
import { PAGE_BYTES_MAX, PAGE_ENTRIES_MAX, pageOf } from "../../durable/object-routes/page.ts";
import { SocketLane } from "../../durable/transport/socket-lane.ts";
import { plain } from "../conformance/plain-atoms.ts";
import { World } from "../engine/engine-harness.ts";
import { wat } from "../engine/wat.ts";

let world: World;
beforeEach(() => {
  const module = wat(plain([], `(func (export "invoke") unreachable)`));
  world = new World([{ name: "a", module, attemptsMax: 1 }]);
});

async function answerTo(route: string, init?: RequestInit): Promise<Response> {
  const session = world.session("a");
  const sockets = new SocketLane(session.self, session, world.clock);
  return (await atomRouter().fetch(new Request(`http://atom${route}`, init), { session, sockets })) as Response;
}

/** A page, and how large it was. */
async function page<T>(route: string): Promise<{ bytes: number } & T> {
  const response = await answerTo(route);
  const text = await response.text();
  return { bytes: text.length, ...(JSON.parse(text) as T) };
}

test("a page of keys is bounded in bytes, and its cursor leads to the rest", async () => {
  const { atom } = world.session("a");
  const keys = Array.from({ length: 10 }, (_, i) => `key-${i}`);
  for (const key of keys) atom.putFromOutside(key, new Uint8Array(PAYLOAD_BYTES_MAX).fill(120));
  const seen: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const found: { bytes: number; entries: { key: string }[]; cursor: string | null } = await page(
      `/kv?cursor=${cursor}`,
    );
    expect(found.bytes).toBeLessThan(2 * PAGE_BYTES_MAX);
    seen.push(...found.entries.map(({ key }) => key));
    cursor = found.cursor;
  }
  expect(seen).toEqual(keys);
});

test("so is a page of dead letters", async () => {
  for (let i = 0; i < 10; i++) await world.send("a", new Uint8Array(PAYLOAD_BYTES_MAX).fill(120));
  await world.advance(60_000);
  expect(world.session("a").atom.deadLetterCount).toBe(10);
  const seen: number[] = [];
  for (let after: number | null = 0; after !== null;) {
    const found: { bytes: number; deadLetters: { id: number }[]; cursor: number | null } = await page(
      `/dead-letters?after=${after}`,
    );
    expect(found.bytes).toBeLessThan(2 * PAGE_BYTES_MAX);
    seen.push(...found.deadLetters.map(({ id }) => id));
    after = found.cursor;
  }
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("of a turn that is open, as that of a guest which computes, nothing is shown: it may never be committed", async () => {
  const { atom } = world.session("a");
  atom.putFromOutside("kept", new Uint8Array([1]));
  atom.turn.kv.set("kept", null);
  for (const key of ["draft", "another"]) atom.turn.kv.set(key, new Uint8Array(9));
  expect((await page<{ entries: { key: string }[] }>("/kv")).entries.map(({ key }) => key)).toEqual(["kept"]);
  expect((await page<{ kv: { keys: number } }>("/storage")).kv).toMatchObject({ keys: 1 });
  expect([(await answerTo("/kv/kept")).status, (await answerTo("/kv/draft")).status]).toEqual([200, 404]);
  expect((await answerTo("/kv/draft", { method: "DELETE" })).status).toBe(404);
});

test("a page ends with its limit of entries, with PAGE_ENTRIES_MAX, or with the entry that reaches PAGE_BYTES_MAX", () => {
  const list = Array.from({ length: PAGE_ENTRIES_MAX + 1 }, (_, i) => i);
  expect(pageOf(list, 2, () => 1)).toEqual({ entries: [0, 1], next: 2 });
  expect(pageOf(list, Infinity, () => 1).next).toBe(PAGE_ENTRIES_MAX);
  expect(pageOf(list, 9, () => PAGE_BYTES_MAX / 2)).toEqual({ entries: [0, 1], next: 2 });
  expect(pageOf(list, 9, () => 2 * PAGE_BYTES_MAX)).toEqual({ entries: [0], next: 1 });
  expect(pageOf([7], 1, () => 1)).toEqual({ entries: [7], next: undefined });
});
