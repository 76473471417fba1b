/**
 * `radon deploy` to Cloudflare: the real wrangler deploys to a stand-in for the API, by the platform's rules, and what it uploaded
 * runs in workerd, where the demo's tests are played against it.
 */
import { execFile } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { wranglerConfig } from "../../scripts/deploy/cloudflare/wrangler-config.ts";
import { loadFormula } from "../../scripts/formula/load.ts";
import { MIGRATIONS } from "../../scripts/formula/worker-shape.ts";
import { Radon } from "../cli/run-radon.ts";
import type { Fault } from "../deploy/stand-in/api.ts";
import { Cloud, type PlannedFault } from "../deploy/stand-in/cloud.ts";
import { testDemo, type Answer } from "./demo-checks.ts";
import { temporaryFolder } from "./radon-process.ts";

/** A deployment starts wrangler twice or more, which takes its time where much else runs. */
vi.setConfig({ testTimeout: 180_000 });

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
  readonly plan?: { readonly atoms: readonly { readonly change: string }[] };
  readonly obstacles?: readonly string[];
  /** The command that puts the version before back. */
  readonly rollback?: string;
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

/** The real one, as a user starts it. */
async function wrangler(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const command = [join(root, "node_modules/wrangler/bin/wrangler.js"), ...args];
  const quiet = { CI: "true", WRANGLER_SEND_METRICS: "false", WRANGLER_WRITE_LOGS: "false" };
  const all = { ...process.env, ...cloud.environment, ...quiet, ...env };
  await promisify(execFile)(process.execPath, command, { cwd, env: all });
}

async function ask(method: string, path: string, body?: string, runtime = "cloud"): Promise<Answer> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const response = await fetch(urls[runtime] + path, { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
}

const CREATE = ["create the Worker tour--cloud", "create the Worker tour--edge-1"];
const SHIP = ["deploy the Worker tour--cloud", "deploy the Worker tour--edge-1"];
const START = RUNTIMES.map((name) => `register the names of ${name} and start its daemons`);
const HEALTH = RUNTIMES.map((name) => `check the health of ${name}`);

test("a dry run writes what would be deployed, and asks nobody", { timeout: 300_000 }, async () => {
  const { code, report } = await run("deploy", ["--dry-run"], { RADON_TOKEN: "", CLOUDFLARE_API_TOKEN: "" });
  expect([code, report.done]).toEqual([0, ["write the Worker tour--cloud", "write the Worker tour--edge-1"]]);
  const written = readdirSync(join(root, "atoms/examples/.radon/build/tour/.upload/edge-1"));
  expect(written).toContain("worker.js");
  expect(written.filter((name) => name.endsWith(".wasm"))).toHaveLength(5);
  expect(cloud.calls).toEqual([]);
});

describe("a deployment that is interrupted at each step", () => {
  const on = (method: string, worker: string, what: string, fault: Fault): PlannedFault => {
    return { method, path: new RegExp(`^/workers/scripts/tour--${worker}${what}$`), fault };
  };

  test.each([
    ["the first Worker is refused", on("PUT", "cloud", "", "refused"), [], CREATE[0], [CREATE[1], ...SHIP]],
    ["the answer for the second one is lost", on("PUT", "edge-1", "", "lost"), [CREATE[0]], CREATE[1], SHIP],
    ["an upload is refused", on("POST", "cloud", "/versions", "refused"), [], SHIP[0], [SHIP[1]]],
    ["the answer for a deployment is lost", on("POST", "cloud", "/deployments", "lost"), [], SHIP[0], [SHIP[1]]],
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

  test("a runtime that is not reached is told", async () => {
    cloud.edge.unreachable.add("tour--edge-1");
    const { code, report } = await run("deploy", ["--wait", "0"]);
    cloud.edge.unreachable.clear();
    expect(code).toBe(3);
    expect(report).toMatchObject({ done: [...SHIP, START[0]], failed: { title: START[1] }, remaining: HEALTH });
    expect(report.failed?.reason).toMatch(/The runtime edge-1 at http.*status 404/);
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
    expect([ofCloud.length, ofEdge.length]).toEqual([6, 5]);
  });

  test("keeps its control API closed to others", async () => {
    expect((await fetch(`${urls["cloud"]}/_radon/v1/atoms`)).status).toBe(401);
  });
});

describe("a redeployment", () => {
  const count = async () => Number((await ask("GET", "/counter/apples")).text);
  const goodBundle = join(folder.path, "good");

  test("with changes keeps state, and objects take it at once", async () => {
    const before = await count();
    cloud.calls = [];
    const env = { RADON_ATOM_COUNTER_HTTP: "/counter,/counter/*,/tally/*" };
    const { code, report } = await run("deploy", [], env);
    expect([code, report.done]).toEqual([0, [...SHIP, ...START, ...HEALTH]]);
    const changes = report.plan?.atoms.filter(({ change }) => change !== "unchanged");
    expect(changes).toEqual([{ change: "reconfigured", atom: "counter", runtime: "cloud" }]);
    expect(cloud.calls.filter(({ method, path }) => method === "PUT" && !path.endsWith("/records"))).toEqual([]);
    const deployed = cloud.calls.filter(({ path }) => path.endsWith("/deployments")).map(({ body }) => body);
    expect(deployed.filter(Boolean)).toMatchObject(
      RUNTIMES.map(() => ({ code_update_strategy: { mode: "immediate" } })),
    );
    expect((await ask("GET", "/tally/apples")).status).toBe(200);
    expect(await count()).toBe(before);
  });

  describe("with a version whose atom traps at its start, and another secret", () => {
    const PUT_BACK = ["put the Worker tour--cloud back", "put the Worker tour--edge-1 back"];
    const served = () => [...cloud.workers.all.values()].map(({ deployments }) => deployments.at(-1)?.versions);
    let good: unknown;

    test("tells how to go back", async () => {
      good = served();
      cpSync(join(root, "atoms/examples/.radon/build/tour/cloud"), goodBundle, { recursive: true });
      const [bad, secrets] = ["bad.wat", "secrets"].map((name) => join(folder.path, name));
      writeFileSync(
        bad ?? "",
        '(module (memory (export "memory") 1) (func (export "_initialize") unreachable) (func (export "invoke")))',
      );
      writeFileSync(secrets ?? "", "LATER=a-later-secret\n");
      const env = { RADON_MODULE_COUNTER_SOURCE: bad ?? "", RADON_ATOM_COUNTER_HTTP: "/counter,/counter/*,/tally/*" };
      const { code, report, stderr } = await run("deploy", ["--secrets-file", secrets ?? ""], env);
      expect(code).toBe(3);
      expect(report).toMatchObject({ done: SHIP, failed: { title: START[0] } });
      expect(report.failed?.reason).toMatch(/^The atom cloud\/counter did not start: .*unreachable/);
      expect(report.rollback).toBe("radon rollback --config atoms/examples/formula.toml");
      expect(stderr).toMatch(/puts the version before back: [0-9a-f]{16} \(cloud\), [0-9a-f]{16} \(edge-1\), of /);
    });

    test("goes back without sources, with its secrets of then, and only once if it has to be asked twice", async () => {
      const broken = { RADON_MODULE_COUNTER_SOURCE: join(folder.path, "nowhere") };
      cloud.fault = { method: "POST", path: /tour--edge-1\/deployments$/, fault: "refused" };
      const first = await run("rollback", ["--yes"], broken);
      expect(first.code).toBe(3);
      expect(first.report).toMatchObject({ done: [PUT_BACK[0]], failed: { title: PUT_BACK[1] } });
      expect(first.report.remaining).toEqual([...START, ...HEALTH]);
      expect(first.stderr).toMatch(/done: put the Worker tour--cloud back \(LATER as they were then\)/);
      const second = await run("rollback", ["--yes"], broken);
      expect([second.code, second.report.done]).toEqual([0, [...PUT_BACK, ...START, ...HEALTH]]);
      expect(served()).toEqual(good);
      cloud.calls = [];
      const third = await run("rollback", [], broken);
      expect(third.code).toBe(0);
      expect(third.stderr).toMatch(
        /Further back is [0-9a-f]{16} \(cloud\).*: radon rollback --config \S+ --to [0-9a-f]{16}/,
      );
      expect(cloud.calls.filter(({ method }) => method !== "GET")).toEqual([]);
    });

    test("has kept its state", async () => {
      expect((await ask("POST", "/counter/apples")).text).toBe("3");
    });
  });

  test("with a new migration applies what is new, and keeps state", async () => {
    const before = await count();
    const formula = loadFormula(join(root, "atoms/examples/formula.toml"), { environment: {} }).formula;
    const runtime = formula?.runtimes[0];
    if (formula === undefined || runtime === undefined) throw new Error("The demo's formula is wrong.");
    const later = { tag: "v2", new_sqlite_classes: ["LaterObject"] };
    const config = wranglerConfig(formula, runtime, { main: "worker.js", migrations: [...MIGRATIONS, later] });
    const bundle = join(folder.path, "later");
    cpSync(goodBundle, bundle, { recursive: true });
    appendFileSync(join(bundle, "worker.js"), "\nexport class LaterObject {}\n");
    writeFileSync(join(bundle, "wrangler.json"), JSON.stringify(config));
    cloud.calls = [];
    await wrangler(["deploy"], bundle);
    const [put] = cloud.calls.filter(({ method }) => method === "PUT");
    const { tag: new_tag, ...step } = later;
    expect(put?.upload?.metadata.migrations).toEqual({ old_tag: "v1", new_tag, steps: [step] });
    expect(put?.upload?.metadata["code_update_strategy"]).toEqual({ mode: "immediate" });
    expect(await count()).toBe(before);
  });

  test("cannot be taken back across a migration, which is told before anything is changed", async () => {
    cloud.calls = [];
    const [, before] = cloud.workers.all.get("tour--cloud")?.versions ?? [];
    const version = before?.upload.metadata.annotations["workers/tag"] ?? "";
    const { code, report } = await run("rollback", ["--yes", "--to", version]);
    expect(code).toBe(3);
    expect(report.obstacles).toEqual([expect.stringMatching(/tour--cloud was migrated since .* from v1 to v2/)]);
    expect(cloud.calls.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  test("that would leave state behind is told, and not made without an answer", async () => {
    cloud.calls = [];
    const { code, stderr } = await run("deploy", [], { RADON_ATOM_COUNTER_PLACE_TAGS: "edge" });
    expect(code).toBe(4);
    expect(stderr).toMatch(/Leave behind the state of cloud\/counter\? Nothing was changed\. --yes agrees/);
    expect(cloud.calls.filter(({ method }) => method !== "GET")).toEqual([]);
  });
});

test(
  "wrangler deploy at the root of the checkout deploys the demo as a single runtime",
  { timeout: 300_000 },
  async () => {
    await wrangler(["deploy"], root, { RADON_CACHE: join(root, "atoms/examples/.radon/cache") });
    const url = await cloud.edge.address("radon-examples");
    expect(await (await fetch(`${url}/counter/pears`, { method: "POST" })).text()).toBe("1");
    expect(await (await fetch(`${url}/chat/news`, { method: "POST", body: "hello" })).text()).toContain("main/bob");
    expect((await fetch(`${url}/_radon/v1/atoms`)).status).toBe(403);
  },
);

describe("radon destroy", () => {
  test("asks before it deletes anything", async () => {
    const { code, stderr } = await run("destroy");
    expect(code).toBe(4);
    expect(stderr).toMatch(/edge-1: the keys, messages, dead letters and logs of ticker, bob, carol, kv are lost/);
    expect([...cloud.workers.all.keys()]).toContain("tour--cloud");
  });

  test("tells what is left when it is interrupted, and the next run deletes that", async () => {
    cloud.fault = { method: "DELETE", path: /tour--cloud$/, fault: "refused" };
    const first = await run("destroy", ["--yes"]);
    expect([first.code, first.report.done]).toEqual([3, ["delete the Worker tour--edge-1"]]);
    const second = await run("destroy", ["--yes"]);
    expect([second.code, second.report.done]).toEqual([0, ["delete the Worker tour--cloud"]]);
    expect([...cloud.workers.all.keys()]).toEqual(["radon-examples"]);
    const third = await run("destroy", ["--yes"]);
    expect([third.code, third.report.done]).toEqual([0, []]);
  });
});

test("no secret was printed, or is in the arguments of a process", () => {
  expect(printed).not.toContain(TOKEN);
  expect(argumentsWithSecrets).toEqual([]);
});
