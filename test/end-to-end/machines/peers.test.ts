/**
 * One application on two machines (here one that goes by two names): each runtime a workerd of its own with a certificate that
 * only the formula vouches for. Messages from one to the other arrive once, though the receiver is killed on the way.
 */
import { cpSync, readFileSync } from "node:fs";
import https from "node:https";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimPort } from "../../../scripts/dev/address.ts";
import { radon } from "../../cli/run-radon.ts";
import { temporaryFolder } from "../radon-process.ts";
import { makeCertificate } from "./certificate.ts";
import { TOKEN } from "./deployments.ts";
import { lackOfSshd, startSshd, type SshMachine } from "./sshd.ts";

const MESSAGES = 40;
const KILLED_AFTER = 15;
const SETTLE_MS_MAX = 30_000;
const folder = temporaryFolder();
const app = join(folder.path, "app");
const ports = { cloud: 0, "edge-1": 0 };
let machine: SshMachine;
let lack = lackOfSshd();

beforeAll(async () => {
  cpSync(join(import.meta.dirname, "../applications/ledger"), app, { recursive: true });
  if (makeCertificate(app) === undefined) lack ??= "There is no openssl on this machine.";
  if (lack !== undefined) return;
  machine = await startSshd(folder.path);
  for (const name of ["cloud", "edge-1"] as const) ports[name] = await claimPort("127.0.0.1", 0);
});

afterAll(async () => {
  if (lack === undefined) {
    await command("destroy", "--yes");
    await machine.stop();
  }
  folder.remove();
});

/** The formula is for Cloudflare; the environment puts it on machines. */
function environment(): Record<string, string> {
  const entries = (["cloud", "edge-1"] as const).flatMap((name) => {
    const settings = {
      TARGET: "workerd",
      HOST: machine.host,
      PORT: String(ports[name]),
      LISTEN: "127.0.0.1",
      FOLDER: join(folder.path, "radon"),
      SERVICE: "none",
      TLS_CERTIFICATE: "certificate.pem",
      TLS_KEY: "key.pem",
      URL: `https://localhost:${ports[name]}`,
    };
    const start = `RADON_RUNTIME_${name.toUpperCase().replace("-", "_")}_`;
    return Object.entries(settings).map(([key, value]) => [start + key, value]);
  });
  return { ...Object.fromEntries(entries), RADON_TOKEN: TOKEN, RADON_SSH: machine.sshOptions.join(" ") };
}

function command(...words: readonly string[]) {
  return radon(words, { cwd: app, env: environment() });
}

async function ask(runtime: keyof typeof ports, method: string, path: string, body = "") {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const ca = readFileSync(join(app, "certificate.pem"));
  const sent = https.request({ host: "localhost", family: 4, port: ports[runtime], path, method, headers, ca });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

/** How often each message arrived; empty while the runtime is away. */
async function arrived(): Promise<Record<string, string>> {
  const answer = await ask("edge-1", "GET", "/_radon/v1/atoms/edge-1/collect/kv?limit=1000").catch(() => undefined);
  if (answer?.status !== 200) return {};
  const { entries } = JSON.parse(answer.body) as { entries: { key: string; value: string }[] };
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

test("messages between two machines arrive once each, though one is killed", async (context) => {
  if (lack !== undefined) return context.skip(lack);
  const deployed = await command("deploy");
  expect(deployed.stderr).toContain("done: check the health of edge-1");
  expect(deployed.code).toBe(0);
  const messages = Array.from({ length: MESSAGES }, (_, index) => `m${index + 10}`);
  for (const [index, message] of messages.entries()) {
    const { status } = await ask("cloud", "POST", "/_radon/v1/atoms/cloud/forward/messages", message);
    expect(status).toBe(202);
    if (index === KILLED_AFTER)
      process.kill(Number(readFileSync(join(folder.path, "radon/ledger/edge-1/workerd.pid"), "utf8")), "SIGKILL");
  }
  const expected = Object.fromEntries(messages.map((message) => [message, "1"]));
  await expect.poll(arrived, { timeout: SETTLE_MS_MAX, interval: 100 }).toEqual(expected);
});
