/** `radon keys`: what it tells, and that it tells no key but where it is asked to. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { IDLE_WAT, workspace } from "../formula/formulas.ts";
import { radon } from "./run-radon.ts";

const space = workspace();
afterAll(space.remove);
const cwd = space.folder;
space.write("idle.wat", IDLE_WAT);
const runtime = (name: string, target: string) =>
  `[[runtime]]\nname = "${name}"\ntarget = "${target}"\nurl = "https://${name}.example.com"\n`;
const atom = '[[atom]]\nname = "idle"\nsource = "idle.wat"\n';
const formula = (app: string, target: string) =>
  `app = "${app}"\n[naming]\nleader = "cloud"\n${runtime("cloud", "cloudflare")}${runtime("edge", target)}${atom}`;
space.write("formula.toml", formula("mixed", "workerd"));
space.write("alone.toml", `app = "alone"\n${runtime("edge", "workerd")}${atom}`);
space.write("bound.toml", formula("bound", "cloudflare"));

/** Each run of the command is a process of its own. */
const RUNS_MS_MAX = 60_000;

it("makes keys, changes them and prints them, each when it is asked to", { timeout: RUNS_MS_MAX }, async () => {
  expect((await radon(["keys"], { cwd })).stdout).toMatch(/cloud and edge\nThere are no keys yet/);
  expect(await radon(["keys", "--print"], { cwd })).toMatchObject({ code: 1, stdout: "" });
  const made = await radon(["keys", "--rotate"], { cwd });
  expect([made.code, made.stdout]).toEqual([0, ""]);
  const first = (await radon(["keys", "--print"], { cwd })).stdout.trim();
  const [id = "", secret = ""] = first.split(".");
  expect(made.stderr).toContain(`The new key is ${id}, kept in .radon/keys/mixed`);
  const rotated = await radon(["keys", "--rotate"], { cwd });
  expect(rotated.stderr).toContain(`Until the next rotation ${id} is still good.`);
  const told = await radon(["keys"], { cwd });
  const json = JSON.parse((await radon(["keys", "--json"], { cwd })).stdout);
  expect(json).toMatchObject({ keys: [{ signs: true }, { id, signs: false }], pairs: [["cloud", "edge"]] });
  expect(told.stdout).toContain(`${id}  is still good`);
  for (const { stdout, stderr } of [made, rotated, told]) expect(stdout + stderr).not.toContain(secret);
  const printed = (await radon(["keys", "--print"], { cwd })).stdout.trim();
  expect(printed.split(",")[1]).toBe(first);
});

it("gives new keys of the environment back to whoever keeps them", { timeout: RUNS_MS_MAX }, async () => {
  const key = `00000000.${"A".repeat(43)}`;
  const { code, stdout, stderr } = await radon(["keys", "--rotate"], { cwd, env: { RADON_KEYS: key } });
  expect([code, stdout.trim().split(",")[1]]).toEqual([0, key]);
  expect(stderr).toContain("Set RADON_KEYS to the line on the standard output.");
  const broken = await radon(["keys"], { cwd, env: { RADON_KEYS: "s3cret" } });
  expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining("The variable RADON_KEYS cannot be used.")]);
  expect(broken.stderr).not.toContain("s3cret");
});

it("says where none are needed", async () => {
  const { stdout } = await radon(["keys", "-c", "bound.toml"], { cwd });
  expect(stdout).toBe("Bindings connect all runtimes of bound: they need no keys.\n");
  const alone = await radon(["keys", "-c", "alone.toml"], { cwd });
  expect(alone.stdout).toBe("alone has one runtime: it needs no keys.\n");
});

it(
  "a dry run of a deployment makes no keys, and has machines take theirs from the environment",
  { timeout: RUNS_MS_MAX },
  async () => {
    const machine = (name: string) => `${runtime(name, "workerd")}host = "user@${name}.example.com"\n`;
    const text = `app = "machines"\n[naming]\nleader = "one"\n${machine("one")}${machine("two")}${atom}`;
    space.write("machines.toml", text);
    const dry = await radon(["deploy", "--dry-run", "-c", "machines.toml"], { cwd, env: { RADON_TOKEN: "" } });
    expect(dry).toMatchObject({ code: 0, stderr: expect.stringMatching(/would be refused as yet\. Set RADON_TOKEN/) });
    const config = readFileSync(join(cwd, ".radon/build/machines/one/config.capnp"), "utf8");
    expect(config).toContain('(name = "RADON_PEER_KEYS", fromEnvironment = "RADON_PEER_KEYS")');
    expect(config).toContain('(name = "RADON_PEER_NETWORK", service = "peers")');
    expect(existsSync(join(cwd, ".radon/keys/machines"))).toBe(false);
  },
);
