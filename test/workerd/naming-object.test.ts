import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { expect, test } from "vitest";
import { call, namingStub } from "./objects.ts";

/** Reads the whole answer: an object with an unread one cannot be evicted. */
async function post(route: string, body: unknown): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await call(namingStub(), "POST", route, JSON.stringify(body));
  return { status: response.status, json: await response.json() };
}
const lookup = async (scope: string, pattern: string) =>
  (await post("/lookup", { mode: "all", scope, pattern, asker: "" })).json["names"];

test("a bare name and a configured alias are found, by pattern too", async () => {
  expect((await post("/resolve", { name: "echo", asker: "main/relay" })).json).toEqual({ name: "main/echo" });
  expect(await lookup("topic", "par.*s")).toEqual(["main/echo"]);
  expect((await post("/resolve", { name: "nobody", asker: "" })).status).toBe(404);
  expect((await post("/lookup", { mode: "all", scope: "", pattern: "(", asker: "" })).status).toBe(400);
});

test("an alias is seen at once, and is still there after an eviction and a crash", async () => {
  const delta = { atom: "relay", revision: 1, added: [["topic", "gossip"]], removed: [] };
  expect((await post("/aliases", delta)).json).toMatchObject({ revision: 1 });
  expect(await lookup("topic", "gossip")).toEqual(["main/relay"]);
  await evictDurableObject(namingStub());
  expect(await lookup("topic", "gossip")).toEqual(["main/relay"]);
  await abortAllDurableObjects();
  expect(await lookup("topic", ".*")).toEqual(["main/echo", "main/relay"]);
});

test("an older revision of an atom's aliases changes nothing", async () => {
  await post("/aliases", { atom: "slow", revision: 5, added: [["topic", "late"]], removed: [] });
  const answer = await post("/aliases", { atom: "slow", revision: 4, added: [], removed: [] });
  expect(answer.json).toMatchObject({ revision: 5 });
  expect(await lookup("topic", "late")).toEqual(["main/slow"]);
});

test("the directory lists every atom, and a start keeps what is there", async () => {
  expect((await post("/start", {})).status).toBe(200);
  const { atoms } = await (await call(namingStub(), "GET", "/directory")).json<{ atoms: { name: string }[] }>();
  expect(atoms.map(({ name }) => name)).toEqual(expect.arrayContaining(["main/echo", "main/slow", "main/ticker"]));
  await runDurableObjectAlarm(namingStub());
  expect(await lookup("topic", "parrots")).toEqual(["main/echo"]);
});

test("it tells what its runtime was built as", async () => {
  const answer = await (await call(namingStub(), "GET", "/deployment")).json<{ atoms: { name: string }[] }>();
  expect(answer).toMatchObject({ app: "objects", runtime: "main", version: "0123456789abcdef" });
  expect(answer.atoms).toContainEqual(expect.objectContaining({ name: "main/echo", moduleHash: "echo" }));
});
