/** A machine for tests: a real sshd on the loopback address, with keys and a configuration of its own, and nothing else of anybody's. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { claimPort } from "../../../scripts/dev/address.ts";

const SSHD = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"].find((file) => existsSync(file));
const READY_MS_MAX = 10_000;

/** Why the tests of machines cannot run here, if they cannot. */
export function lackOfSshd(): string | undefined {
  if (SSHD === undefined) return "There is no sshd on this machine: Debian's package openssh-server has it.";
  return undefined;
}

export interface SshMachine {
  /** The Host of its ssh configuration. */
  readonly host: string;
  /** Options that have ssh reach it, and know its key. */
  readonly sshOptions: readonly string[];
  /** The same, for a machine whose key is not known, and for one that is known by another key. */
  readonly stranger: readonly string[];
  readonly impostor: readonly string[];
  readonly stop: () => Promise<void>;
}

/** `name` is its Host, and `home` the home of whoever logs in, where that is to be another one. */
export async function startSshd(folder: string, name = "machine", home?: string): Promise<SshMachine> {
  if (SSHD === undefined) throw new Error(lackOfSshd());
  const at = (file: string) => join(folder, file);
  for (const key of ["host-key", "other-key", "user-key"])
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(key)]);
  copyFileSync(at("user-key.pub"), at("authorized-keys"));
  const port = await claimPort("127.0.0.1", 0);
  writeFileSync(at("sshd-config"), sshdConfig(port, at, home));
  // Where root's sshd keeps those who have not logged in yet.
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true });
  const sshd = spawn(SSHD, ["-D", "-e", "-f", at("sshd-config")], { stdio: ["ignore", "ignore", "pipe"] });
  await listening(sshd, port);
  const known = (key: string) => `[127.0.0.1]:${port} ${readFileSync(at(`${key}.pub`), "utf8")}`;
  writeFileSync(at("known-hosts"), known("host-key"));
  writeFileSync(at("known-otherwise"), known("other-key"));
  writeFileSync(at("known-nobody"), "");
  const options = (hosts: string) => {
    const config = at(`ssh-config-${hosts}`);
    writeFileSync(config, sshConfig(name, port, at("user-key"), at(hosts)));
    return ["-F", config];
  };
  return {
    host: name,
    sshOptions: options("known-hosts"),
    stranger: options("known-nobody"),
    impostor: options("known-otherwise"),
    stop: async () => {
      const ended = once(sshd, "exit");
      sshd.kill();
      await ended;
    },
  };
}

function sshdConfig(port: number, at: (file: string) => string, home: string | undefined): string {
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${at("host-key")}`,
    `AuthorizedKeysFile ${at("authorized-keys")}`,
    `PidFile ${at("sshd.pid")}`,
    "PermitRootLogin prohibit-password",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "StrictModes no",
    "UsePAM no",
    ...(home === undefined ? [] : [`SetEnv HOME=${home}`]),
    "",
  ].join("\n");
}

function sshConfig(name: string, port: number, key: string, knownHosts: string): string {
  return [
    `Host ${name}`,
    "  HostName 127.0.0.1",
    `  Port ${port}`,
    `  User ${userInfo().username}`,
    `  IdentityFile ${key}`,
    "  IdentitiesOnly yes",
    "  IdentityAgent none",
    `  UserKnownHostsFile ${knownHosts}`,
    "  GlobalKnownHostsFile /dev/null",
    "",
  ].join("\n");
}

async function listening(sshd: ChildProcess, port: number): Promise<void> {
  let said = "";
  sshd.stderr?.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  const deadline = Date.now() + READY_MS_MAX;
  while (!(await accepts(port))) {
    if (sshd.exitCode !== null || Date.now() > deadline) throw new Error(`sshd does not serve: ${said}`);
    await sleep(20);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}
