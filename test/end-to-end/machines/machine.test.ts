/** A runtime on a machine of one's own, over a real sshd: from nothing to gone. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { claimPort } from "../../../scripts/dev/address.ts";
import type { RuntimeName } from "../../../durable/core/names.ts";
import { Machine } from "../../../scripts/deploy/workerd/machine.ts";
import type { Step } from "../../../scripts/deploy/target.ts";
import type { WorkerdTarget } from "../../../scripts/deploy/workerd/workerd-target.ts";
import type { MachineSpec } from "../../../scripts/formula/formula.ts";
import { Radon, radon } from "../../cli/run-radon.ts";
import { temporaryFolder } from "../radon-process.ts";
import { makeCertificate } from "./certificate.ts";
import { deploymentOf, run, TOKEN } from "./deployments.ts";
import { lackOfSshd, startSshd, type SshMachine } from "./sshd.ts";

const folder = temporaryFolder();
const lack = lackOfSshd();
const edge = "edge-1" as RuntimeName;
/** In the middle of sending workerd, which is by far the largest file. */
const INTERRUPTED_AFTER_MS = 700;
const MACHINE = new URL("../../../scripts/deploy/workerd/machine.ts", import.meta.url).href;
const signal = new AbortController().signal;
const open: WorkerdTarget[] = [];
let machine: SshMachine;
let port = 0;
/** Once it was made: where there is no openssl, all of it goes over plain HTTP. */
let tls: MachineSpec["tls"];

const spec = (): MachineSpec => ({
  host: "machine",
  port,
  listen: "127.0.0.1",
  tls,
  folder: `${folder.path}/radon`,
  service: "none",
});

async function opened(mark: string, sshOptions = machine.sshOptions) {
  const deployment = await deploymentOf(join(folder.path, "app"), spec(), mark, sshOptions);
  open.push(deployment.target);
  return deployment;
}

async function deploy(mark: string): Promise<string[]> {
  const { target } = await opened(mark);
  expect(await target.check(signal)).toEqual([]);
  return run(target.ship());
}

/** For the command, whose formula names no machine. */
function environment(): Record<string, string> {
  const { host, folder: root, service } = spec();
  const start = "RADON_RUNTIME_EDGE_1_";
  const machineKeys = { [`${start}HOST`]: host, [`${start}FOLDER`]: root, [`${start}SERVICE`]: service };
  return {
    RADON_SSH: machine.sshOptions.join(" "),
    RADON_TOKEN: TOKEN,
    [`${start}PORT`]: String(port),
    ...machineKeys,
  };
}

/** Asks the runtime where it listens; with its certificate if it shows one. */
async function ask(method: string, route: string, body = ""): Promise<{ status: number; body: string }> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const options = { host: "localhost", family: 4, port, path: route, method, headers };
  const ca = tls === undefined ? undefined : readFileSync(join(folder.path, "app", tls.certificate));
  const sent = ca === undefined ? http.request(options) : https.request({ ...options, ca });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [http.IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}

/** Sends a message, and tells how often it came so far. */
async function count(payload: string): Promise<string> {
  const atom = "/_radon/v1/atoms/edge-1/counter";
  const counted = async () => (await ask("GET", `${atom}/kv/${payload}`)).body;
  const before = await counted();
  expect((await ask("POST", `${atom}/messages`, payload)).status).toBe(202);
  await expect.poll(counted).not.toBe(before);
  return counted();
}

/** A process that changes the runtime, and is not done with it. */
function holdElsewhere(): ChildProcessByStdio<null, Readable, null> {
  const options = JSON.stringify(machine.sshOptions);
  const words = JSON.stringify([`${folder.path}/radon`, "tour/edge-1"]);
  const code = `import { Machine } from ${JSON.stringify(MACHINE)};
    const never = () => new Promise(() => setInterval(() => {}, 60_000));
    const held = () => (console.log("held"), never());
    await new Machine("machine", ${options}).holding("hold", ${words}, new AbortController().signal, held);`;
  return spawn(process.execPath, ["--input-type=module", "--eval", code], { stdio: ["ignore", "pipe", "inherit"] });
}

describe.skipIf(lack !== undefined)("a machine", () => {
  beforeAll(async () => {
    machine = await startSshd(folder.path);
    port = await claimPort("127.0.0.1", 0);
  });

  afterEach(async () => {
    for (const target of open.splice(0)) await target.close();
  });

  afterAll(async () => {
    const { target } = await opened("first");
    await target.check(signal);
    await run(target.remove([edge]));
    await target.close();
    await machine.stop();
    folder.remove();
  });

  test("whose host key is unknown, or another one, is not talked to", async () => {
    const unknown = await (await opened("first", machine.stranger)).target.check(signal);
    expect(unknown).toEqual([
      expect.stringContaining("The host key of machine is not in known_hosts: connect once by hand"),
    ]);
    const changed = await (await opened("first", machine.impostor)).target.check(signal);
    expect(changed).toEqual([expect.stringContaining("The host key of machine is not the one in known_hosts")]);
  });

  test("is reached whatever the folder for temporary files is called, which holds the socket of the connection", async () => {
    for (const name of ["with a space, 100%h and 'quotes'", "long-".repeat(30)]) {
      const temporary = join(folder.path, name);
      mkdirSync(temporary);
      vi.stubEnv("TMPDIR", temporary);
      const reached = new Machine("machine", machine.sshOptions);
      vi.unstubAllEnvs();
      expect(await reached.run("missing", [temporary, "hash"], signal)).toEqual({ ok: true, text: "missing hash\n" });
      await reached.close();
      expect(readdirSync(temporary)).toEqual([]);
    }
  });

  test("is sent everything, though a run before was interrupted, and runs it", async () => {
    const { target } = await opened("first");
    await target.check(signal);
    expect(await run(target.ship(), AbortSignal.timeout(INTERRUPTED_AFTER_MS))).toEqual([
      "send edge-1 to machine: FAILED It was interrupted.",
    ]);
    const said = await deploy("first");
    expect(said[0]).toMatch(/^send edge-1 to machine: (\d+) of 10 files, \d/);
    expect(said[1]).toMatch(/^start edge-1 on machine: runs [0-9a-f]{16}, on 127\.0\.0\.1:\d+$/);
    expect(await count("apple")).toBe("1");
  });

  test("that runs a release already is sent nothing, nothing is restarted, and its names are registered", async () => {
    const { code, stdout, stderr } = await radon(["deploy"], { cwd: join(folder.path, "app"), env: environment() });
    expect(stderr).toMatch(/^done: send edge-1 to machine \(nothing to send\)$/m);
    expect(stderr).toMatch(/^done: start edge-1 on machine \(runs [0-9a-f]{16} already\)$/m);
    expect(stderr).toMatch(/^done: check the health of edge-1 \(version [0-9a-f]+\)$/m);
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(TOKEN);
  });

  test("is sent what changed, keeps its state, and shows the certificate that it is given", async () => {
    tls = makeCertificate(join(folder.path, "app"));
    const said = await deploy("second");
    expect(said[0]).toMatch(/: (4 of 10|7 of 12) files, [\d.]+ MB$/);
    expect(await count("apple")).toBe("2");
  });

  test("is changed by one run at a time, and by the next one though that was killed", async () => {
    const { target } = await opened("second");
    await target.check(signal);
    const holder = holdElsewhere();
    onTestFinished(() => void holder.kill("SIGKILL"));
    await once(holder.stdout, "data");
    const [, second] = await run(target.ship());
    expect(second).toContain("FAILED machine: another run of radon is changing this runtime: wait for its end");
    expect(await run(target.remove([edge]))).toEqual([expect.stringContaining("another run of radon")]);
    holder.kill("SIGKILL");
    const startStep = target.ship()[1] as Step;
    await expect.poll(() => run([startStep])).toEqual([expect.stringMatching(/ runs [0-9a-f]{16} already$/)]);
  });

  test("is reached over SSH, whatever its certificate says", async () => {
    const { target } = await opened("second");
    await target.check(signal);
    const reached = await target.reach(edge);
    expect(reached.ok && (await fetch(`${reached.url}/_radon/health`)).status).toBe(200);
    if (reached.ok) await reached.close?.();
  });

  test("whose new release does not start gets the one before it back, where that one listens", async () => {
    const former = port;
    port = await claimPort("127.0.0.1", 0);
    const { target, runtimes } = await opened("third");
    port = former;
    // What comes back opens with its own token.
    const secrets = runtimes[0]?.secrets as Map<string, string> | undefined;
    secrets?.set("RADON_TOKEN", "the token of the third");
    await target.check(signal);
    writeFileSync(runtimes[0]?.bundle.worker ?? "", 'throw new Error("broken from the start");\n');
    const said = await run(target.ship());
    expect(said[1]).toContain("FAILED It ends as soon as it is started.");
    expect(said[1]).toContain("broken from the start");
    expect(said[1]).toMatch(/The release before it, [0-9a-f]{16}, runs again\.$/);
    expect(await count("apple")).toBe("3");
    const { stderr } = await radon(["rollback", "--dry-run"], { cwd: join(folder.path, "app"), env: environment() });
    expect(stderr).toMatch(/^Nothing of the last deployment runs: tour is at the version of .*, and stays there\.$/m);
  });

  describe("that was sent a version whose atom traps at its start", () => {
    const counter = () => join(folder.path, "app", "counter.wat");
    const command = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      radon(words, { cwd: join(folder.path, "app"), env: { ...environment(), ...env } });
    /** The present formula's port, and that of the releases before it. */
    const ports = { now: 0, before: 0 };

    beforeAll(async () => {
      [ports.before, ports.now] = [port, await claimPort("127.0.0.1", 0)];
    });

    test("tells how to go back, and goes back without sources", async () => {
      port = ports.now;
      const good = readFileSync(counter(), "utf8");
      writeFileSync(counter(), good.replace(/\)\s*$/, '(func (export "_initialize") unreachable))'));
      writeFileSync(join(folder.path, "secrets"), "LATER=a-later-secret\n");
      const deployed = await command(["deploy", "--secrets-file", join(folder.path, "secrets")]);
      expect(deployed.code).toBe(3);
      expect(deployed.stderr).toMatch(/The atom edge-1\/counter did not start: [^]*unreachable/);
      expect(deployed.stderr).toMatch(/"radon rollback" puts the version before back: [0-9a-f]{16} \(edge-1\), of /);
      const certificate = tls;
      tls = undefined;
      expect((await ask("POST", "/_radon/v1/atoms/edge-1/counter/messages", "apple")).status).toBe(202);
      writeFileSync(counter(), "this does not compile");
      const asked = await command(["rollback"]);
      expect([asked.code, asked.stderr]).toEqual([4, expect.stringContaining("counter  rebuilt  on edge-1")]);
      const denied = await command(["rollback", "--yes", "--wait", "0"], { RADON_TOKEN: "another" });
      expect(denied.code).toBe(3);
      expect(denied.stderr).toMatch(/^done: put edge-1 back on machine \(runs [0-9a-f]{16}, on 127\.0\.0\.1:\d+\)$/m);
      expect(denied.stderr).toContain("run this with the RADON_TOKEN that it was deployed with");
      expect(readFileSync(join(folder.path, "radon/tour/edge-1/environment"), "utf8")).not.toContain("LATER");
      [port, tls] = [ports.before, certificate];
    });

    test("goes back once, though it is asked twice, and the message that waited is handled", async () => {
      const { code, stdout, stderr } = await command(["rollback"]);
      expect(code).toBe(0);
      expect(stderr).toMatch(/^done: put edge-1 back on machine \(runs [0-9a-f]{16} already\)$/m);
      expect(stderr).toMatch(/^done: check the health of edge-1 \(version [0-9a-f]{16}\)$/m);
      expect(stderr).toMatch(/^Further back is [0-9a-f]{16} \(edge-1\), .*: radon rollback --to [0-9a-f]{16}$/m);
      expect(stdout).toMatch(/^edge-1 +[0-9a-f]{16}$/m);
      const kept = async () => (await ask("GET", "/_radon/v1/atoms/edge-1/counter/kv/apple")).body;
      await expect.poll(kept).toBe("4");
    });

    test("tells what there is to go back to, and goes to what is named", async () => {
      const { code, stdout } = await command(["rollback", "--dry-run", "--json"]);
      const { versions } = JSON.parse(stdout) as { versions: { versions: Record<string, string> }[] };
      expect([code, versions.length]).toEqual([0, 3]);
      const unknown = await command(["rollback", "--to", "0000000000000000"]);
      expect(unknown.code).toBe(2);
      for (const each of versions) expect(unknown.stderr).toContain(each.versions["edge-1"]);
      const nowhere = await command(["rollback", "--on", "edge-2"]);
      expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('Did you mean "edge-1"')]);
    });
  });

  test("shows its log, and goes on with it", async () => {
    const cwd = join(folder.path, "app");
    const env = environment();
    const shown = await radon(["logs", "--lines", "2"], { cwd, env });
    expect(shown).toEqual({ code: 0, stdout: expect.stringMatching(/^.+\n.+\n$/), stderr: "" });
    const followed = new Radon(["logs", "edge-1", "--follow"], { cwd, env });
    await followed.says("stdout", /broken from the start/);
    followed.process.kill("SIGINT");
    expect((await followed.ended()).code).toBe(0);
  });

  test("is rid of the runtime without a trace, if that is confirmed", async () => {
    const run = { cwd: join(folder.path, "app"), env: environment() };
    const asked = await radon(["destroy"], run);
    expect(asked.code).toBe(4);
    expect(await count("apple")).toBe("5");
    const { code, stderr } = await radon(["destroy", "--yes"], run);
    expect(stderr).toContain("edge-1: the keys, messages, dead letters and logs of counter are lost.");
    expect(stderr).toMatch(/^done: remove edge-1 and its state from machine$/m);
    expect(code).toBe(0);
    expect(existsSync(join(folder.path, "radon"))).toBe(false);
    expect((await radon(["destroy", "--yes"], run)).stderr).toContain("Nothing of tour is deployed.");
  });
});

test("the machines of this test are real", (context) => {
  if (lack !== undefined) return context.skip(lack);
});
