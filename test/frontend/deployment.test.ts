import { expect, test } from "vitest";
import { atom, cloud, ok, problemOf, world } from "./fakes.ts";

test("a deployment is this runtime's own, and asks no object", async () => {
  const { send, seen } = world(ok);
  const response = await send("/_radon/v1/deployment");
  const body = (await response.json()) as { atoms: { name: string }[] };
  expect(body).toMatchObject({ app: "tour", runtime: "cloud", leader: "cloud", version: "0123456789abcdef" });
  expect(body.atoms).toEqual([
    expect.objectContaining({ name: "cloud/counter", kind: "reactive", durability: "durable", moduleHash: "00" }),
    expect.objectContaining({ name: "cloud/clock", kind: "daemon" }),
  ]);
  expect(seen).toEqual([]);
});

test("the hash of a configuration changes with it, and tells nothing of it", async () => {
  const secret = "correct horse";
  const atoms = [atom(cloud, "a"), atom(cloud, "b"), atom(cloud, "c", { config: { key: secret } })];
  const text = await (await world(ok, { atoms }).send("/_radon/v1/deployment")).text();
  const { atoms: told } = JSON.parse(text) as { atoms: { configurationHash: string }[] };
  const hashes = told.map((each) => each.configurationHash);
  expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(hashes[1]).toBe(hashes[0]);
  expect(hashes[2]).not.toBe(hashes[0]);
  expect(text).not.toContain(secret);
});

test("deployed, it asks for the token", async () => {
  const { send } = world(ok, { development: false }, { RADON_TOKEN: "t" });
  expect((await problemOf(await send("/_radon/v1/deployment"))).status).toBe(401);
  const asked = await send("/_radon/v1/deployment", { headers: { authorization: "Bearer t" } });
  expect(asked.status).toBe(200);
});

test("that of another runtime comes from its naming", async () => {
  const built = { app: "tour", runtime: "edge-1", leader: "cloud", version: "v", atoms: [] };
  const { send, seen } = world(() => Response.json(built));
  expect(await (await send("/_radon/v1/deployment?runtime=edge-1")).json()).toEqual(built);
  expect(seen.map(({ binding, route }) => [binding, route])).toEqual([["NAMING_1", "/deployment"]]);
  expect(await (await send("/_radon/v1/deployment?runtime=cloud")).json()).toMatchObject({ runtime: "cloud" });
  expect(await problemOf(await send("/_radon/v1/deployment?runtime=edge-2"))).toMatchObject({
    status: 404,
    detail: expect.stringMatching(/Known runtimes: cloud, edge-1/),
  });
});
