/** Atoms without a redeploy: `radon load` and `radon unload` against a running `radon dev`, as a user has them. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { radon } from "../cli/run-radon.ts";
import { assemble } from "../engine/wat.ts";
import { startRadon, temporaryFolder, type RadonProcess } from "./radon-process.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder.path, name);
cpSync(join(import.meta.dirname, "applications/loading"), folder.path, { recursive: true });
const counter = readFileSync(at("counter.wat"), "utf8");
/** The counter of another version: it answers with that. */
const version = (name: string, text = counter.replace('"v1 0"', `"${name} 0"`)) => {
  writeFileSync(at(`${name}.wat`), text);
  return at(`${name}.wat`);
};
const [second, third] = [version("v2"), version("v3")];
const failing = version("v4", counter.replace('(func (export "migrate")', '(func (export "migrate") unreachable'));

/** Of loading several modules at once. */
const ROUNDS = 8;

let system: RadonProcess;
beforeAll(async () => {
  system = await startRadon(at("formula.toml"), at("data"));
});
afterAll(async () => {
  await system.kill();
  folder.remove();
});

/** A command of `radon`, about the running system. */
function run(...args: string[]): ReturnType<typeof radon> {
  return radon([...args, "--url", system.url], { cwd: folder.path });
}

async function ask(atom: string): Promise<string> {
  return (await fetch(`${system.url}/_radon/v1/atoms/${atom}/requests`, { method: "POST" })).text();
}

const count = async () => (await fetch(`${system.url}/counter`)).text();
const stateOf = async (atom: string) =>
  (await (await fetch(`${system.url}/_radon/v1/atoms/${atom}`)).json()) as Record<string, unknown>;

describe("an atom of the application", () => {
  test("gets another module and keeps its state, which migrates; it goes back the same way", async () => {
    expect([await count(), await count()]).toEqual(["v1 1", "v1 2"]);
    const loaded = await run("load", second, "--as", "counter", "--on", "cloud");
    expect(loaded).toMatchObject({ code: 0, stderr: expect.stringMatching(/cloud\/counter: [0-9a-f]{8}, started/) });
    expect(await count()).toBe("v2 3");
    expect(await (await fetch(`${system.url}/_radon/v1/atoms/cloud/counter/kv/migrated`)).text()).toBe("v2");

    expect(await run("load", third, "--as", "counter", "--on", "cloud")).toMatchObject({ code: 0 });
    expect(await count()).toBe("v3 4");

    const unasked = await run("unload", "counter", "--on", "cloud");
    expect(unasked).toMatchObject({ code: 4, stderr: expect.stringContaining("--yes agrees") });
    expect(await run("unload", "counter", "--on", "cloud", "--yes")).toMatchObject({ code: 0 });
    expect(await count()).toBe("v1 5");
  });

  test("that cannot start with what was loaded says so, and gets its own module back", async () => {
    const loaded = await run("load", failing, "--as", "counter", "--on", "cloud", "--json");
    expect(loaded.code).toBe(1);
    expect(JSON.parse(loaded.stdout)).toMatchObject({ ok: false, runtimes: [{ runtime: "cloud", started: false }] });
    expect(loaded.stderr).toMatch(/Migration failed: [^]*unreachable[^]*radon unload counter --on cloud/);
    expect(await run("unload", "counter", "--on", "cloud", "--yes")).toMatchObject({ code: 0 });
    expect(await count()).toBe("v1 6");
  });
});

describe("an atom that the application does not have", () => {
  test("is added: it is found by its alias from another runtime, and outlives the process", async () => {
    const loaded = await run("load", second, "--as", "added", "--on", "cloud", "--alias", "topic=loaded");
    expect(loaded).toMatchObject({ code: 0, stderr: expect.stringContaining("cloud/added: ") });
    expect(await ask("edge/asker")).toBe("v2 1");
    await system.kill();
    system = await startRadon(at("formula.toml"), at("data"));
    expect(await ask("edge/asker")).toBe("v2 2");
    expect(await stateOf("cloud/added")).toMatchObject({ module: "loaded", aliases: { topic: ["loaded"] } });
  });

  test("is removed with its state", async () => {
    expect(await run("unload", "added", "--on", "cloud", "--yes")).toMatchObject({ code: 0 });
    expect(await stateOf("cloud/added")).toMatchObject({ status: 404 });
    expect(await run("load", second, "--as", "added", "--on", "cloud")).toMatchObject({ code: 0 });
    expect(await ask("cloud/added")).toBe("v2 1");
  });
});

test("a deployment that changes the atom comes after what was loaded, and takes the state over", async () => {
  expect(await run("load", second, "--as", "counter", "--on", "cloud")).toMatchObject({ code: 0 });
  expect(await count()).toBe("v2 7");
  writeFileSync(at("counter.wat"), counter.replace('"v1 0"', '"v5 0"'));
  await system.printed(/reloaded\./);
  expect(await count()).toBe("v5 8");
});

test("modules that are loaded at the same time, or while one is taken back, cost no state", async () => {
  const modules = [second, third].map((file) => assemble(readFileSync(file, "utf8")));
  const url = `${system.url}/_radon/v1/atoms/cloud/counter`;
  const at = (method: string, path = "", body?: BodyInit) => fetch(url + path, body ? { method, body } : { method });
  const kept = async () => {
    const answer = await at("GET", "/kv/kept");
    return `${answer.status} ${await answer.text()}`;
  };
  expect((await at("PUT", "/kv/kept", "all along")).status).toBe(204);
  for (let round = 0; round < ROUNDS; round += 1) {
    const calls = modules.map((body) => at("PUT", "", body));
    if (round % 2 === 1) calls.push(at("DELETE"));
    await Promise.all(calls.map(async (answer) => (await answer).text()));
    // Whoever is replaced just then says so.
    await expect.poll(kept).not.toMatch(/^503/);
    expect(await kept()).toBe("200 all along");
  }
});

test("one that does not start on the first of several runtimes is loaded into no other", async () => {
  const everywhere = await run("load", second, "--as", "both", "--on", "all");
  expect([everywhere.code, everywhere.stderr]).toEqual([0, expect.stringMatching(/cloud\/both: [^]*edge\/both: /)]);
  // What was never asked has no state to migrate.
  expect([await ask("cloud/both"), await ask("edge/both")]).toEqual(["v2 1", "v2 1"]);
  const { code, stdout, stderr } = await run("load", failing, "--as", "both", "--on", "all", "--json");
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/both does not start\. [^]*Nothing was changed on (cloud|edge)\./),
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, runtimes: [{ started: false }] });
  expect((JSON.parse(stdout) as { runtimes: object[] }).runtimes).toHaveLength(1);
});

describe("what cannot be loaded", () => {
  test.each<[string, readonly string[], number, RegExp]>([
    ["no atom", ["nothing.wat", "--as", "a", "--on", "edge"], 1, /no .*nothing\.wat.*relative to the current folder/],
    ["too much memory", ["counter.wat", "--as", "a", "--memory-mb", "9999"], 2, /'9999' is invalid.*from 1 to 4096/],
    ["no module", ["formula.toml", "--as", "a", "--on", "edge"], 1, /in no language that radon knows/],
    ["not granted", ["counter.wat", "--as", "a", "--on", "edge", "--grants", "messaging"], 1, /"kv" is not granted/],
    ["not granted before", ["counter.wat", "--as", "keyless", "--on", "edge"], 1, /"kv" is not granted/],
    ["no runtime", ["counter.wat", "--as", "a", "--on", "moon"], 1, /No runtime has "moon".*cloud \(cloud, all\)/],
    ["nowhere said", ["counter.wat", "--as", "a"], 2, /Say on which runtimes: --on TAG/],
    ["no name", ["counter.wat", "--as", "a b", "--on", "edge"], 2, /"a b" is no name/],
  ])("%s", async (_, args, code, stderr) => {
    expect(await run("load", ...args)).toMatchObject({ code, stderr: expect.stringMatching(stderr) });
  });

  test("bytes that are no module are refused by the runtime as well", async () => {
    const url = `${system.url}/_radon/v1/atoms/edge/junk`;
    const answer = await fetch(url, { method: "PUT", body: "junk" });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ detail: expect.stringContaining("cannot be loaded") }),
    ]);
    expect(await stateOf("edge/junk")).toMatchObject({ status: 404 });
  });
});
