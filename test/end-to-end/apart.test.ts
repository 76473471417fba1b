/**
 * Two runtimes that no binding connects, each a workerd process of its own, with a proxy on the way to each. Messages arrive once
 * and in order while one is killed and the way is cut; who has another key, or sends again what passed, gets nothing done.
 */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RuntimeName } from "../../durable/core/names.ts";
import { newKey, rotated, type ApplicationKey } from "../../scripts/deploy/peer-keys.ts";
import { peerSecrets } from "../../scripts/deploy/peer-secrets.ts";
import type { Formula } from "../../scripts/formula/formula.ts";
import { connectionStep } from "../../scripts/deploy/start-runtime.ts";
import type { StepEnd } from "../../scripts/deploy/target.ts";
import { loadFormula } from "../../scripts/formula/load.ts";
import { buildAllForWorkerd, serveWithWorkerd, type PlainWorkerd } from "./plain-workerd.ts";
import { temporaryFolder } from "./radon-process.ts";
import { replay, Way } from "./way.ts";

const TOKEN = "token-of-this-test";
const SETTLE_MS_MAX = 20_000;
const PAUSE_MS = 20;
const folder = temporaryFolder();
const keys = [newKey()];

/** A runtime of its own, reached by the others on its way only. */
class Runtime {
  readonly name: string;
  readonly way = new Way();
  config = "";
  formula: Formula | undefined;
  workerd: PlainWorkerd | undefined;

  constructor(name: string) {
    this.name = name;
  }

  async start(with_: readonly ApplicationKey[] = keys): Promise<void> {
    const secrets = peerSecrets(this.formula as Formula, with_);
    const own = Object.fromEntries([...secrets].find(([name]) => name === this.name)?.[1] ?? []);
    this.workerd = await serveWithWorkerd(this.config, join(folder.path, `state-${this.name}`), {
      RADON_TOKEN: TOKEN,
      ...own,
    });
    this.way.target = this.workerd.url;
    await this.ask("/_radon/start", "POST");
  }

  async ask(path: string, method = "GET", body?: string): Promise<{ status: number; text: string }> {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const options = {
      method,
      headers,
      signal: AbortSignal.timeout(SETTLE_MS_MAX),
      ...(body === undefined ? {} : { body }),
    };
    const response = await fetch(`${this.workerd?.url ?? ""}${path}`, options);
    return { status: response.status, text: await response.text() };
  }

  /** Puts messages into the mailbox of one of its own atoms. */
  async post(atom: string, messages: readonly string[]): Promise<void> {
    for (const message of messages) {
      const { status, text } = await this.ask(`/_radon/v1/atoms/${this.name}/${atom}/messages`, "POST", message);
      if (status !== 202) throw new Error(`${status} ${text}`);
    }
  }

  /** All that its recording atom was sent. */
  async recorded(): Promise<string> {
    const { status, text } = await this.ask(`/_radon/v1/atoms/${this.name}/record/kv/all`);
    return status === 200 ? text : "";
  }

  /** The step of a deployment that checks whether it reaches another one. */
  async reaches(peer: Runtime): Promise<StepEnd> {
    const url = this.workerd?.url ?? "";
    const [runtime, to] = [this.name, peer.name] as [RuntimeName, RuntimeName];
    const shipped = { runtime, token: TOKEN, waitMs: 0, reach: async () => ({ ok: true, url }) as const };
    return connectionStep(shipped, [to]).run(new AbortController().signal);
  }

  async health(): Promise<{ name: string; health: string; detail?: string }[]> {
    return JSON.parse((await this.ask("/_radon/v1/runtimes")).text).runtimes;
  }
}

const cloud = new Runtime("cloud");
const edge = new Runtime("edge");
const both = [cloud, edge] as const;

async function eventually<T>(read: () => Promise<T>, enough: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + SETTLE_MS_MAX;
  for (;;) {
    const value = await read();
    if (enough(value) || Date.now() > deadline) return value;
    await sleep(PAUSE_MS);
  }
}

let numbered = 0;
const messages = (count: number) =>
  Array.from({ length: count }, () => `m${String((numbered += 1)).padStart(4, "0")} `);
/** All messages to now, each once and in order. */
const all = () => Array.from({ length: numbered }, (_, index) => `m${String(index + 1).padStart(4, "0")} `).join("");

beforeAll(async () => {
  cpSync(join(import.meta.dirname, "applications/apart"), folder.path, { recursive: true });
  await Promise.all(both.map((runtime) => runtime.way.open()));
  const file = join(folder.path, "formula.toml");
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    both.reduce((made, { name, way }) => made.replace(`http://${name}.localhost`, way.url), text),
  );
  const configs = await buildAllForWorkerd(file, join(folder.path, "build"), ["RADON_TOKEN", "RADON_PEER_KEYS"]);
  const { formula } = loadFormula(file, { environment: {} });
  for (const [index, runtime] of both.entries()) Object.assign(runtime, { config: configs[index], formula });
  await Promise.all(both.map((runtime) => runtime.start()));
});

afterAll(async () => {
  for (const { workerd } of both) await workerd?.kill();
  for (const { way } of both) way.close();
  folder.remove();
});

test("they know each other's names, and answer for each other's atoms", async () => {
  const named = () => edge.ask("/_radon/v1/lookup?mode=all&scope=topic&pattern=rec.*");
  expect((await eventually(named, ({ text }) => text.includes("cloud/record"))).text).toContain("edge/record");
  expect(await Promise.all([cloud.reaches(edge), edge.reaches(cloud)])).toMatchObject([{ ok: true }, { ok: true }]);
  expect(await cloud.health()).toMatchObject([
    { name: "cloud", health: "ok" },
    { name: "edge", health: "ok" },
  ]);
  expect(await cloud.ask("/edge-only", "POST", "by the cloud")).toEqual({ status: 200, text: "by the cloud" });
  expect(await cloud.ask("/_radon/v1/atoms/edge/record/requests", "POST", "asked")).toEqual({
    status: 200,
    text: "asked",
  });
  expect(JSON.parse((await cloud.ask("/_radon/v1/atoms/edge/to-cloud")).text)).toMatchObject({ name: "edge/to-cloud" });
  expect((await cloud.ask("/_radon/v1/atoms/edge/nobody")).status).toBe(404);
});

test("messages arrive once and in order over a kill and a partition", async () => {
  const sent = messages(80);
  const posting = cloud.post("to-edge", sent);
  const arrived = (count: number) =>
    eventually(
      () => edge.recorded(),
      (text) => text.length >= all().length * count,
    );
  await arrived(0.2);
  await edge.workerd?.kill();
  await edge.start();
  await arrived(0.4);
  // What is sent arrives, and nobody hears that it did.
  edge.way.set("deaf");
  const before = edge.way.passed.length;
  await eventually(
    async () => edge.way.passed.length,
    (count) => count > before,
  );
  edge.way.set("cut");
  await posting;
  edge.way.set("open");
  expect(await arrived(1)).toBe(all());
});

test("what passed once does nothing when it is sent again", async () => {
  const before = await edge.recorded();
  const exchanges = edge.way.passed.filter(({ path, status }) => path.endsWith("/record/exchange") && status === 200);
  const requests = edge.way.passed.filter(
    ({ path, status }) => /edge-only\/trigger|record\/fetch|naming\/fetch/.test(path) && status === 200,
  );
  for (const each of [exchanges.at(-1), ...requests]) {
    if (each === undefined) throw new Error("Nothing passed.");
    const again = await replay(each, edge.workerd?.url ?? "");
    expect([again.status, JSON.parse(again.text).code]).toEqual([409, "REPLAYED"]);
  }
  expect(await edge.recorded()).toBe(before);
  expect(edge.workerd?.output()).toContain("A request between runtimes was refused (REPLAYED)");
});

test("who has another key gets nothing done, and both sides say so until the keys are the same", async () => {
  await edge.workerd?.kill();
  await edge.start([newKey()]);
  await cloud.post("to-edge", messages(5));
  const unknown = /Runtime edge does not have the key \w+ that cloud signed with/;
  const state = async () => (await cloud.health()).find(({ name }) => name === "edge");
  expect(await eventually(state, (found) => found?.health !== "ok")).toMatchObject({
    detail: expect.stringMatching(unknown),
  });
  expect(await cloud.reaches(edge)).toEqual({ ok: false, reason: expect.stringMatching(unknown) });
  const logs = () => cloud.ask("/_radon/v1/atoms/cloud/to-edge/logs");
  expect((await eventually(logs, ({ text }) => unknown.test(text))).text).toMatch(unknown);
  await eventually(
    async () => edge.workerd?.output() ?? "",
    (text) => text.includes("(UNKNOWN_KEY)"),
  );
  expect(edge.workerd?.output()).toContain("(UNKNOWN_KEY)");
  await edge.workerd?.kill();
  // A rotation that has reached one side only.
  await edge.start(rotated(keys));
  expect(
    await eventually(
      () => edge.recorded(),
      (text) => text.length >= all().length,
    ),
  ).toBe(all());
  await edge.post("to-cloud", ["back "]);
  expect(
    await eventually(
      () => cloud.recorded(),
      (text) => text !== "",
    ),
  ).toBe("back ");
});
