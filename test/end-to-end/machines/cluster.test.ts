/**
 * One runtime on two machines, over workerd's cluster mode and a bucket: what one of them owned goes on at the other when it is
 * gone. The workerd that comes with this package has no such mode: CLUSTER_WORKERD names one that does.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { RuntimeName } from "../../../durable/core/names.ts";
import { claimPort } from "../../../scripts/dev/address.ts";
import type { MachineSpec } from "../../../scripts/formula/formula.ts";
import { temporaryFolder } from "../radon-process.ts";
import { openBucket } from "./bucket.ts";
import { deploymentOf, run, TOKEN } from "./deployments.ts";
import { lackOfSshd, startSshd } from "./sshd.ts";

const workerd = process.env["CLUSTER_WORKERD"];
const lack = lackOfSshd() ?? (workerd ? undefined : "CLUSTER_WORKERD names no workerd that has a cluster mode.");
const TAKEOVER_MS_MAX = 30_000;
const TIME_DIVISOR = 10;
const ADDRESSES = ["127.0.0.1", "127.0.0.2"] as const;
const folder = temporaryFolder();
const signal = new AbortController().signal;
const authorization = `Bearer ${TOKEN}`;
const endings: (() => unknown)[] = [];

afterAll(async () => {
  for (const end of endings.reverse()) await end();
  folder.remove();
});

/** Two sshd with a home each, which makes two machines of one; the options that reach both. */
async function twoMachines(): Promise<{ members: MachineSpec[]; options: string[] }> {
  const port = await claimPort("127.0.0.2", 0);
  const config = join(folder.path, "ssh-config");
  const members: MachineSpec[] = [];
  for (const address of ADDRESSES) {
    const home = join(folder.path, address);
    mkdirSync(home);
    const { host, sshOptions, stop } = await startSshd(home, `machine-${address}`, home);
    endings.push(stop);
    writeFileSync(config, readFileSync(sshOptions[1] as string), { flag: "a" });
    const peer = `${address}:${await claimPort(address, 0)}`;
    members.push({ host, port, listen: address, tls: undefined, folder: "radon", service: "none", peer });
  }
  return { members, options: ["-F", config] };
}

test("a runtime goes on at the other machine when the one that had its objects is gone", async (context) => {
  if (lack !== undefined) return context.skip(lack);
  const bucket = await openBucket();
  endings.push(bucket.close);
  const { members, options } = await twoMachines();
  const cluster = { bucket: "s3://radon/edge", endpoint: bucket.endpoint, region: "auto", timeDivisor: TIME_DIVISOR };
  const { target } = await deploymentOf(join(folder.path, "app"), { machines: members, cluster }, "first", options, {
    RADON_WORKERD: workerd,
    RADON_CLUSTER_KEY: "k".repeat(64),
    RADON_CLUSTER_ACCESS_KEY_ID: "id",
    RADON_CLUSTER_SECRET_ACCESS_KEY: "secret",
  });
  endings.push(() => target.close());
  expect(await target.check(signal)).toEqual([]);
  endings.push(async () => {
    await target.check(signal);
    await run(target.remove(["edge-1" as RuntimeName]));
  });
  expect((await run(target.ship())).map((line) => line.replace(/[0-9a-f]{16}|:\d+$/g, "_"))).toEqual([
    expect.stringMatching(/^send edge-1 to machine-127.0.0.1: _* ?\d+ of \d+ files/),
    expect.stringMatching(/^send edge-1 to machine-127.0.0.2: /),
    "start edge-1 on machine-127.0.0.1: runs _, on 127.0.0.1_",
    "start edge-1 on machine-127.0.0.2: runs _, on 127.0.0.2_",
  ]);
  const atom = (address: string) => `http://${address}:${members[0]?.port}/_radon/v1/atoms/edge-1/counter`;
  const counted = async (address: string) => {
    const answer = await fetch(`${atom(address)}/kv/apple`, { headers: { authorization } }).catch(() => undefined);
    return answer?.status === 200 ? answer.text() : undefined;
  };
  const send = async (address: string) => {
    const sent = fetch(`${atom(address)}/messages`, { method: "POST", headers: { authorization }, body: "apple" });
    return (await sent.catch(() => undefined))?.status;
  };

  expect(await send("127.0.0.1")).toBe(202);
  await expect.poll(() => counted("127.0.0.2")).toBe("1");
  const owned = readdirSync(join(folder.path, "127.0.0.1/radon/tour/edge-1/state/atoms"));
  expect(owned.filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))).toHaveLength(1);
  for (const program of ["supervisor", "workerd"])
    process.kill(
      Number(readFileSync(join(folder.path, `127.0.0.1/radon/tour/edge-1/${program}.pid`), "utf8")),
      "SIGKILL",
    );
  await expect.poll(() => send("127.0.0.2"), { timeout: TAKEOVER_MS_MAX, interval: 200 }).toBe(202);
  await expect.poll(() => counted("127.0.0.2"), { timeout: TAKEOVER_MS_MAX }).toBe("2");
});
