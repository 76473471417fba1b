/** The demo under plain workerd: what runs on Cloudflare and in `radon dev` runs on a machine with nothing else on it. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildForWorkerd, serveWithWorkerd, type PlainWorkerd } from "./plain-workerd.ts";
import { temporaryFolder } from "./radon-process.ts";

const TOKEN = "token-of-this-test";
const folder = temporaryFolder();
let config = "";
let workerd: PlainWorkerd;

const start = async () => (workerd = await serveWithWorkerd(config, folder.path, { RADON_TOKEN: TOKEN }));
const post = async (path: string) => (await fetch(workerd.url + path, { method: "POST" })).text();
const asked = (path: string, token: string) =>
  fetch(workerd.url + path, { headers: { authorization: `Bearer ${token}` } });

beforeAll(async () => {
  config = await buildForWorkerd(join(import.meta.dirname, "../../formula.toml"), join(folder.path, "build"));
  await start();
});

afterAll(async () => {
  await workerd.kill();
  folder.remove();
});

test("an atom's state outlives kill -9", async () => {
  expect(await post("/counter/apples")).toBe("1");
  expect(await post("/counter/apples")).toBe("2");
  await workerd.kill();
  await start();
  expect(await post("/counter/apples")).toBe("3");
});

test("the control API takes the token from the environment, and no other", async () => {
  expect((await asked("/_radon/v1/atoms", "another token")).status).toBe(401);
  const { atoms } = (await (await asked("/_radon/v1/atoms", TOKEN)).json()) as { atoms: { name: string }[] };
  expect(atoms.map(({ name }) => name)).toContain("main/counter");
});
