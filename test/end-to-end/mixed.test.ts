/**
 * One application on Cloudflare (the stand-in, whose Workers run in workerd) and on a machine (over a real sshd, with a certificate),
 * put there by one `radon deploy`: an atom on each sends to one on the other, and asks it.
 */
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimPort } from "../../scripts/dev/address.ts";
import { radon } from "../cli/run-radon.ts";
import { Cloud } from "../deploy/stand-in/cloud.ts";
import { makeCertificate } from "./machines/certificate.ts";
import { lackOfSshd, startSshd, type SshMachine } from "./machines/sshd.ts";
import { temporaryFolder } from "./radon-process.ts";

const TOKEN = "token-of-this-test";
const DEPLOY_MS_MAX = 180_000;
const SETTLE_MS_MAX = 60_000;
const folder = temporaryFolder();
const app = join(folder.path, "mixed");
let cloud: Cloud;
let machine: SshMachine;
let port = 0;
let lack = lackOfSshd();

beforeAll(async () => {
  for (const name of ["apart", "mixed"])
    cpSync(join(import.meta.dirname, "applications", name), join(folder.path, name), { recursive: true });
  const tls = makeCertificate(app);
  if (tls === undefined) lack ??= "There is no openssl on this machine.";
  if (lack !== undefined || tls === undefined) return;
  cloud = await Cloud.start(join(folder.path, "state"));
  // To Cloudflare a machine's certificate has to be of an authority that it trusts: so to the stand-in, which asks Node, this one is.
  const own = readFileSync(join(app, tls.certificate), "utf8");
  setDefaultCACertificates([...getCACertificates("default"), own]);
  machine = await startSshd(folder.path);
  port = await claimPort("127.0.0.1", 0);
});

afterAll(async () => {
  if (lack === undefined) {
    await command(["destroy", "--yes"]);
    await machine.stop();
    await cloud.stop();
  }
  folder.remove();
});

async function command(words: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const ofEdge = {
    HOST: machine.host,
    PORT: String(port),
    LISTEN: "127.0.0.1",
    FOLDER: join(folder.path, "radon"),
    SERVICE: "none",
    TLS_CERTIFICATE: "certificate.pem",
    TLS_KEY: "key.pem",
    URL: `https://localhost:${port}`,
  };
  const settings = Object.entries(ofEdge).map(([key, value]) => [`RADON_RUNTIME_EDGE_${key}`, value]);
  const env = {
    ...cloud.environment,
    ...Object.fromEntries(settings),
    RADON_RUNTIME_CLOUD_URL: await cloud.edge.address("mixed--cloud"),
    RADON_TOKEN: TOKEN,
    RADON_SSH: machine.sshOptions.join(" "),
    ...more,
  };
  return radon(words, { cwd: app, env });
}

/** Both runtimes are asked through the one on Cloudflare, which reaches the other over the lanes that are tested. */
async function ask(path: string, body?: string): Promise<string> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const request = body === undefined ? { headers } : { method: "POST", headers, body };
  const response = await fetch(`${await cloud.edge.address("mixed--cloud")}/_radon/v1/atoms/${path}`, request);
  return `${response.status} ${await response.text()}`;
}

test(
  "one command deploys to both, and atoms of each send to the other and ask it",
  { timeout: DEPLOY_MS_MAX },
  async (context) => {
    if (lack !== undefined) return context.skip(lack);
    const { code, stderr, stdout } = await command(["deploy"]);
    expect(stderr).toMatch(/^done: check that edge reaches .*cloud/m);
    expect(stderr).toMatch(/^done: check that cloud reaches .*edge/m);
    expect([code, stdout]).toEqual([0, expect.stringContaining(`https://localhost:${port}`)]);
    for (const [here, there] of [
      ["cloud", "edge"],
      ["edge", "cloud"],
    ]) {
      expect(await ask(`${here}/asker/requests`, `asked by ${here}`)).toBe(`200 asked by ${here}`);
      for (const message of ["one ", "two "]) expect(await ask(`${here}/sender/messages`, message)).toMatch(/^202/);
      const recorded = () => ask(`${there}/record/kv/all`);
      await expect.poll(recorded, { timeout: SETTLE_MS_MAX, interval: 50 }).toBe("200 one two ");
    }
  },
);

/** Sends numbered messages one after the other, each until it is accepted, as long as `goesOn` says. */
async function sendWhile(here: string, goesOn: () => boolean): Promise<string[]> {
  const url = `${await cloud.edge.address("mixed--cloud")}/_radon/v1/atoms/${here}/sender/messages`;
  const sent: string[] = [];
  for (let number = 0; goesOn(); number += 1) {
    const body = `${number} `;
    const headers = { authorization: `Bearer ${TOKEN}`, "idempotency-key": `${here}-${number}` };
    const isAccepted = async () => (await fetch(url, { method: "POST", headers, body }).catch(() => undefined))?.status;
    await expect.poll(isAccepted, { timeout: SETTLE_MS_MAX, interval: 20 }).toBe(202);
    sent.push(body);
  }
  return sent;
}

test(
  "a redeployment of both under load loses nothing that was accepted, and repeats nothing",
  { timeout: DEPLOY_MS_MAX },
  async (context) => {
    if (lack !== undefined) return context.skip(lack);
    let goesOn = true;
    const clients = [sendWhile("cloud", () => goesOn), sendWhile("edge", () => goesOn)];
    const { code, stderr } = await command(["deploy"], { RADON_ATOM_SENDER_ATTEMPTS: "4" });
    goesOn = false;
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^done: start edge on machine \(runs [0-9a-f]{16}, on/m)]);
    const [fromCloud, fromEdge] = await Promise.all(clients);
    for (const [there, sent] of [
      ["edge", fromCloud],
      ["cloud", fromEdge],
    ] as const) {
      const all = `200 one two ${(sent ?? []).join("")}`;
      await expect.poll(() => ask(`${there}/record/kv/all`), { timeout: SETTLE_MS_MAX, interval: 50 }).toBe(all);
    }
  },
);

test("a machine that is gone keeps nobody from deleting what is on Cloudflare", async (context) => {
  if (lack !== undefined) return context.skip(lack);
  const away = { RADON_SSH: machine.stranger.join(" ") };
  const all = await command(["destroy", "--yes"], away);
  expect([all.code, all.stderr]).toEqual([3, expect.stringContaining("The host key of machine is not in known_hosts")]);
  const { code, stderr } = await command(["destroy", "cloud", "--yes"], away);
  expect([code, stderr]).toEqual([0, expect.stringContaining("done: delete the Worker mixed--cloud")]);
  expect([...cloud.workers.all.keys()]).toEqual([]);
});
