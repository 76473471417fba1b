/**
 * `radon deploy` to Cloudflare: the real wrangler deploys to a stand-in for the API, by the platform's rules, and what it uploaded
 * runs in workerd, where the demo's tests are played against it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Radon } from "../cli/run-radon.ts";
import type { Fault } from "../deploy/stand-in/api.ts";
import { Cloud, type PlannedFault } from "../deploy/stand-in/cloud.ts";
import { testDemo, type Answer } from "./demo-checks.ts";
import { temporaryFolder } from "./radon-process.ts";

const root = join(import.meta.dirname, "../..");
const TOKEN = "the-control-token-of-this-test";
const folder = temporaryFolder();
const temporary = join(folder.path, "tmp");
mkdirSync(temporary);
const RUNTIMES = ["cloud", "edge-1"] as const;
let cloud: Cloud;
let urls: Readonly<Record<string, string>>;
/** All that any command printed. */
let printed = "";
const argumentsWithSecrets: string[] = [];

beforeAll(async () => {
  cloud = await Cloud.start(join(folder.path, "state"));
  const entries = RUNTIMES.map(async (name) => [name, await cloud.edge.address(`tour--${name}`)] as const);
  urls = Object.fromEntries(await Promise.all(entries));
  cloud.onCall = watchProcesses;
});
afterAll(async () => {
  await cloud.stop();
  folder.remove();
});

const watchProcesses = (): void => void argumentsWithSecrets.push(...processesThatShow(TOKEN));

function processesThatShow(secret: string): string[] {
  if (!existsSync("/proc/self/cmdline")) return [];
  const lines = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine);
  return lines.filter((line) => line.includes(secret));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

interface Report {
  readonly ok: boolean;
  readonly done: readonly string[];
  readonly failed?: { readonly title: string; readonly reason: string };
  readonly remaining: readonly string[];
  readonly obstacles?: readonly string[];
}

function startRun(command: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Radon {
  return new Radon([command, "--config", "atoms/examples/formula.toml", "--json", ...args], {
    cwd: root,
    env: {
      ...cloud.environment,
      TMPDIR: temporary,
      RADON_TOKEN: TOKEN,
      RADON_RUNTIME_CLOUD_URL: urls["cloud"] ?? "",
      RADON_RUNTIME_EDGE_1_URL: urls["edge-1"] ?? "",
      ...env,
    },
  });
}

async function endOf(radon: Radon) {
  const { code, stdout, stderr } = await radon.ended();
  printed += stdout + stderr;
  expect(readdirSync(temporary).filter((name) => name.startsWith("radon-secrets"))).toEqual([]);
  const report = (stdout === "" ? { ok: false, done: [], remaining: [] } : JSON.parse(stdout)) as Report;
  return { code, report, stderr };
}

const run = (...given: Parameters<typeof startRun>) => endOf(startRun(...given));

async function ask(method: string, path: string, body?: string, runtime = "cloud"): Promise<Answer> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const response = await fetch(urls[runtime] + path, { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
}

const CREATE = ["create the Worker tour--cloud", "create the Worker tour--edge-1"];
const SHIP = ["deploy the Worker tour--cloud", "deploy the Worker tour--edge-1"];
const START = RUNTIMES.map((name) => `register the names of ${name} and start its daemons`);
const HEALTH = RUNTIMES.map((name) => `check the health of ${name}`);

describe("a deployment that is interrupted at each step", () => {
  const on = (method: string, worker: string, what: string, fault: Fault): PlannedFault => {
    return { method, path: new RegExp(`^/workers/scripts/tour--${worker}${what}$`), fault };
  };

  test.each([
    ["the first Worker is refused", on("PUT", "cloud", "", "refused"), [], CREATE[0], [CREATE[1], ...SHIP]],
    ["the answer for the second one is lost", on("PUT", "edge-1", "", "lost"), [CREATE[0]], CREATE[1], SHIP],
    ["an upload is refused", on("POST", "cloud", "/versions", "refused"), [], SHIP[0], [SHIP[1]]],
    ["the answer for a deployment is lost", on("POST", "cloud", "/deployments", "lost"), [], SHIP[0], [SHIP[1]]],
    ["an upload is not deployed", on("POST", "edge-1", "/deployments", "refused"), [SHIP[0]], SHIP[1], []],
    ["a Worker gets no address", on("POST", "edge-1", "/subdomain", "refused"), [SHIP[0]], SHIP[1], []],
  ])("%s: it tells what is done and what remains", async (_what, fault, done, failed, remaining) => {
    cloud.fault = fault;
    const { code, report, stderr } = await run("deploy");
    expect(code).toBe(3);
    expect(report).toMatchObject({ ok: false, done, failed: { title: failed } });
    expect(report.remaining).toEqual([...remaining, ...START, ...HEALTH]);
    expect(report.failed?.reason).toContain("[code: 10013]");
    expect(stderr).toContain("Run the same command again");
  });

  test("Ctrl-C while a Worker is uploaded ends it in order", async () => {
    const radon = startRun("deploy");
    cloud.onCall = ({ upload }) => upload !== undefined && radon.process.kill("SIGINT");
    const { code, report } = await endOf(radon);
    cloud.onCall = watchProcesses;
    expect(code).toBe(130);
    expect(report).toMatchObject({ done: [], failed: { title: SHIP[0], reason: "It was interrupted." } });
  });

  test("the next run completes it", async () => {
    const { code, report } = await run("deploy");
    expect([code, report.failed]).toEqual([0, undefined]);
    expect(report.done).toEqual([...SHIP, ...START, ...HEALTH]);
  });
});

describe("what was deployed", () => {
  testDemo(ask);

  test("has only the modules of its own atoms", () => {
    const modules = [...cloud.workers.all.values()].map(({ current }) =>
      [...current.modules.keys()].filter((name) => name.endsWith(".wasm")),
    );
    const [ofCloud = [], ofEdge = []] = modules;
    expect([ofCloud.length, ofEdge.length]).toEqual([5, 4]);
  });

  test("keeps its control API closed to others", async () => {
    expect((await fetch(`${urls["cloud"]}/_radon/v1/atoms`)).status).toBe(401);
  });
});

test("no secret was printed, or is in the arguments of a process", () => {
  expect(printed).not.toContain(TOKEN);
  expect(argumentsWithSecrets).toEqual([]);
});
