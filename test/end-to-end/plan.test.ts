/** `radon plan` against runtimes that run: what it says would change is what is different once the change was made. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Radon, radon } from "../cli/run-radon.ts";
import { IDLE_WAT, workspace } from "../formula/formulas.ts";

const TOKEN = "token-of-the-plan-test";
const space = workspace();
/** What runs on this machine has a loader, so what is planned has to have one as well to be the same. */
const runtime = (name: string) => `[[runtime]]\nname = "${name}"\ntags = ["${name}"]\nloader = true\n`;
const atom = (name: string, module: string, on: string) =>
  `[[atom]]\nname = "${name}"\nmodule = "${module}"\nplace = { tags = ["${on}"] }\n`;
const module = (name: string, source: string) => `[[module]]\nname = "${name}"\nsource = "${source}"\n`;
const HEAD = `app = "planned"\n[naming]\nleader = "cloud"\n${runtime("cloud")}${runtime("edge")}${module("idle", "idle.wat")}`;
const BEFORE =
  HEAD +
  module("journal", "journal.wat") +
  atom("counter", "idle", "cloud") +
  atom("log", "journal", "edge") +
  atom("ticker", "idle", "edge");
/** The counter goes to the edge, the log's module has other bytes, the ticker is gone. */
const AFTER = HEAD + module("journal", "newer.wat") + atom("counter", "idle", "edge") + atom("log", "journal", "edge");
const ofPages = (pages: number) => IDLE_WAT.replace('(export "memory") 1', `(export "memory") ${pages}`);

let dev: Radon | undefined;
/** Where the runtime of the naming leader answers; the other one is asked through it. */
let env: Record<string, string>;

beforeAll(async () => {
  space.write("idle.wat", IDLE_WAT);
  space.write("journal.wat", ofPages(2));
  space.write("newer.wat", ofPages(3));
  space.write("formula.toml", BEFORE);
  // With an address that others may reach, the runtimes are those of a deployment: they ask for the token.
  const options = ["dev", "--host", "0.0.0.0", "--port", "0"];
  dev = new Radon(options, { cwd: space.folder, env: { RADON_TOKEN: TOKEN } });
  const [, port = ""] = await dev.says("stdout", /^ready http:\/\/.*:(\d+)$/m);
  env = { RADON_TOKEN: TOKEN, RADON_RUNTIME_CLOUD_URL: `http://cloud.localhost:${port}` };
});

afterAll(async () => {
  await stopped();
  space.remove();
});

async function stopped(): Promise<void> {
  dev?.process.kill("SIGINT");
  await dev?.ended();
}

async function plan(formula = "formula.toml", token = TOKEN) {
  const ran = await radon(["plan", "--json", "-c", formula], {
    cwd: space.folder,
    env: { ...env, RADON_TOKEN: token },
  });
  expect(ran.stdout + ran.stderr).not.toContain(TOKEN);
  return { ...ran, json: JSON.parse(ran.stdout) };
}

async function putKey(name: string, key: string, value: string): Promise<void> {
  const { port } = new URL(env["RADON_RUNTIME_CLOUD_URL"] ?? "");
  const url = `http://127.0.0.1:${port}/_radon/v1/atoms/${name}/kv/${key}`;
  const answer = await fetch(url, { method: "PUT", body: value, headers: { authorization: `Bearer ${TOKEN}` } });
  expect(answer.status).toBe(204);
}

const UNCHANGED = { change: "unchanged" };

test("what runs is what the formula says, to the version of each Worker", async () => {
  const { code, json } = await plan();
  expect(json.deployed).toMatchObject({ complete: true, left: [] });
  expect(json.deployed.runtimes).toMatchObject([UNCHANGED, UNCHANGED]);
  expect(json.deployed.atoms).toMatchObject([UNCHANGED, UNCHANGED, UNCHANGED]);
  expect(code).toBe(0);
});

test("a change is told with the state that it leaves behind, and is nothing any more once it was made", async () => {
  await putKey("cloud/counter", "apples", "12");
  await putKey("edge/ticker", "count", "7");
  await putKey("edge/ticker", "limit", "9");
  space.write("after.toml", AFTER);
  const { code, json } = await plan("after.toml");
  expect(json.deployed.atoms).toEqual([
    { change: "moved", atom: "counter", from: "cloud", to: "edge" },
    { change: "rebuilt", atom: "log", runtime: "edge", reconfigured: false },
    { change: "removed", atom: "ticker", runtime: "edge" },
  ]);
  expect(json.deployed.left).toMatchObject([
    { name: "cloud/counter", movedTo: "edge", holds: { kv: { keys: 1, bytes: 8, complete: true } } },
    { name: "edge/ticker", holds: { kv: { keys: 2, bytes: 12 }, deadLetters: 0 } },
  ]);
  expect([code, json.deployed.complete]).toEqual([0, true]);
  space.write("formula.toml", AFTER);
  await dev?.says("stderr", /^reloaded\.$/m);
  const made = await plan();
  expect(made.json.deployed).toMatchObject({
    runtimes: [UNCHANGED, UNCHANGED],
    atoms: [UNCHANGED, UNCHANGED],
    left: [],
  });
});

test("a wrong token, and runtimes that are gone, leave the plan incomplete", async () => {
  const denied = await plan("formula.toml", "wrong");
  expect([denied.code, denied.json.deployed.complete]).toEqual([3, false]);
  expect(denied.stderr).toMatch(/warning: The runtime cloud at http.*is not this runtime's RADON_TOKEN/);
  await stopped();
  const gone = await plan();
  expect([gone.code, gone.json.ok]).toEqual([3, false]);
  expect(gone.stderr).toMatch(/nothing listens/);
});
