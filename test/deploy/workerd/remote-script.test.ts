/**
 * What a machine is asked to do, by a shell of this machine and without SSH. Programs of the folder `bin` stand in for workerd,
 * which runs for real in test/end-to-end/machines, and for systemd, which cannot be had in a test: what is asked of it, and in
 * which order, is written down by them.
 */
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { secretsFile } from "../../../scripts/deploy/workerd/secrets-file.ts";

const SCRIPTS = join(import.meta.dirname, "../../../scripts/deploy/workerd");
/** A test cannot be ended while it waits for another program. */
const ANSWER_MS_MAX = 15_000;
const SITE = "tour/edge-1";
const UNIT = "radon-tour.edge-1.service";
let root = "";
let bin = "";
const inSite = (name: string) => join(root, SITE, name);

function program(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}

function remote(command: string, ...words: string[]): string {
  return remoteBy((script) => script, command, ...words);
}

/** By another script than that of radon. */
function remoteBy(changed: (script: string) => string, command: string, ...words: string[]): string {
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"]}`, XDG_CONFIG_HOME: join(root, "config") };
  const script = changed(readFileSync(join(SCRIPTS, "remote.sh"), "utf8"));
  // A login may open a thousand files, where nobody says otherwise.
  const shell = ["-c", 'ulimit -Sn 256; exec sh -s -- "$@"', "sh", command, ...words];
  return execFileSync("sh", shell, { input: script, env, encoding: "utf8", timeout: ANSWER_MS_MAX });
}

/** Has a release of this name on the machine; the hash of a file is its name here. */
function release(
  version: string,
  workerd = "case $1 in serve) while :; do sleep 0.1; done ;; esac",
  about = "{}",
): void {
  const files = { about, workerd: `#!/bin/sh\n${workerd}\n`, unit: `[Service]\n# ${version}\n`, start: "", run: "" };
  mkdirSync(join(root, "files"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, "files", `${version}-${name}`), text);
  writeFileSync(join(root, "files", `${version}-start`), readFileSync(join(SCRIPTS, "start.sh")));
  writeFileSync(join(root, "files", `${version}-run`), readFileSync(join(SCRIPTS, "supervise.sh")));
  remote("assemble", root, SITE, version, ...Object.keys(files).map((name) => `${name}=${version}-${name}`));
}

function secrets(value: string): void {
  mkdirSync(join(root, SITE), { recursive: true });
  writeFileSync(inSite("environment.new"), secretsFile(new Map([["RADON_TOKEN", value]])));
  remote("prepare", root, SITE, "none", UNIT);
}

function settle(version: string, at = "2026-11-30T20:00:00.000Z"): void {
  remote("settle", root, SITE, version, at);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "radon machine 'quoted' "));
  bin = join(root, "bin");
  mkdirSync(bin);
});

afterEach(() => {
  remote("remove", root, SITE, "none", UNIT);
  rmSync(root, { recursive: true, force: true });
});

test("a machine tells what it is, and changes nothing", () => {
  const said = remote("probe", join(root, "not/there/yet"), SITE, "/etc/passwd", "/no/such.pem");
  expect(said).toContain(`root ${root}/not/there/yet\n`);
  expect(said).toMatch(/^platform \w+ \w+$/m);
  expect(said).toContain("writable yes\n");
  expect(said).toContain("unreadable /no/such.pem\n");
  expect(said).not.toContain("/etc/passwd");
  expect(existsSync(join(root, "not"))).toBe(false);
});

describe("a release", () => {
  test("that was assembled half is assembled anew", () => {
    mkdirSync(inSite("releases/one.part"), { recursive: true });
    for (const name of ["workerd", "of-another-version"]) writeFileSync(inSite(`releases/one.part/${name}`), "half");
    release("one");
    expect(readdirSync(inSite("releases"))).toEqual(["one"]);
    expect(readdirSync(inSite("releases/one"))).toEqual(["about", "run", "start", "unit", "workerd"]);
    expect(readFileSync(inSite("releases/one/workerd"), "utf8")).toContain("serve)");
  });

  test("whose workerd does not run is none", () => {
    expect(() => release("one", "echo needs another libc >&2; exit 1")).toThrow(
      /its workerd does not run here: needs another libc/,
    );
    expect(existsSync(inSite("releases/one"))).toBe(false);
  });

  test("is readable by its owner alone", () => {
    release("one");
    expect(statSync(inSite("releases")).mode & 0o077).toBe(0);
    secrets("secret");
    expect(statSync(inSite("environment")).mode & 0o077).toBe(0);
  });

  test("goes when three others worked after it, or when it never did", () => {
    secrets("secret");
    for (const version of ["one", "two", "three", "never", "one", "four"]) {
      release(version);
      if (version !== "never") settle(version);
    }
    expect(readdirSync(inSite("releases"))).toEqual(["four", "one", "three"]);
    expect(readFileSync(inSite("confirmed"), "utf8")).toBe("four\n");
  });

  test("keeps the secrets that it worked with, for when it comes back", () => {
    release("one");
    secrets("first");
    settle("one");
    release("two");
    secrets("second");
    settle("two");
    expect(remote("restore", root, SITE, "one", "none", UNIT)).toContain("pending yes\n");
    expect(readFileSync(inSite("environment"), "utf8")).toContain("first");
    expect(statSync(inSite("releases/one/environment")).mode & 0o077).toBe(0);
  });

  test("is told with what it says of itself, and with what was started when", () => {
    release("one", undefined, '{"a":"\\\\n"}');
    secrets("secret");
    remote("note", root, SITE, "2026-11-30T20:00:00.000Z", "deploy", "one", "app");
    settle("one", "2026-11-30T20:00:00.000Z");
    expect(remote("past", root, SITE).split("\n")).toEqual([
      "event 2026-11-30T20:00:00.000Z deploy one app",
      "event 2026-11-30T20:00:00.000Z works one",
      'about one {"a":"\\\\n"}',
      "",
    ]);
    expect(remote("past", root, "tour/another")).toBe("");
  });

  test("is told of the last 200 at most", () => {
    release("one");
    writeFileSync(inSite("history"), Array.from({ length: 300 }, (_, index) => `${index} deploy one\n`).join(""));
    remote("note", root, SITE, "300", "deploy", "one", "app");
    const lines = readFileSync(inSite("history"), "utf8").trim().split("\n");
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([201, "100 deploy one", "300 deploy one app"]);
  });
});

describe("without systemd", () => {
  const status = () => remote("status", root, SITE, "none", UNIT);

  test("one supervisor runs the release, and another one in its place after an activation", () => {
    release("one");
    secrets("secret");
    remote("activate", root, SITE, "one", "none", UNIT);
    expect(status()).toMatch(/^current one\npending yes\n(starts \d+\n)?running yes\n$/);
    settle("one");
    release("two");
    remote("activate", root, SITE, "two", "none", UNIT);
    expect(status()).toMatch(/^current two\nconfirmed one\npending yes\n(starts \d+\n)?running yes\n$/);
  });

  test("a log that has grown too large is set aside, and goes on", async () => {
    release("one", "case $1 in serve) while :; do echo line; sleep 0.1; done ;; esac");
    secrets("secret");
    writeFileSync(inSite("log"), Buffer.alloc(17_000_000, "x"));
    remote("activate", root, SITE, "one", "none", UNIT);
    await expect.poll(() => readFileSync(inSite("log"), "utf8"), { timeout: 5_000 }).toMatch(/^(line\n)+$/);
    expect(statSync(inSite("log.1")).size).toBeGreaterThanOrEqual(17_000_000);
  });

  test("workerd may open as many files as the machine allows, and is told its flags", async () => {
    release(
      "one",
      'case $1 in serve) echo "$(ulimit -n) of $(ulimit -Hn): $*" >said; while :; do sleep 0.1; done ;; esac',
    );
    secrets("secret");
    writeFileSync(inSite("releases/one/flags"), "--experimental --cluster-addr=10.0.0.1:7000");
    remote("activate", root, SITE, "one", "none", UNIT);
    const said = () => (existsSync(inSite("said")) ? readFileSync(inSite("said"), "utf8") : "");
    await expect.poll(said, { timeout: 5_000 }).toMatch(/ serve --import-path=\/ --experimental --cluster-addr=10/);
    const [, soft, hard] = /^(\w+) of (\w+):/.exec(said()) ?? [];
    expect(soft).toBe(hard);
  });

  test("a change of the secrets is pending until the release was started with them", () => {
    release("one");
    secrets("secret");
    settle("one");
    secrets("secret");
    expect(status()).not.toContain("pending");
    secrets("another one");
    expect(status()).toContain("pending yes");
  });

  test("what cannot be killed is told, and keeps its state and its process id", () => {
    release("one");
    secrets("secret");
    remote("activate", root, SITE, "one", "none", UNIT);
    // The shell's own, so a function stands in for it; and nobody wants to wait for as long as it may take.
    const immortal = (script: string) => `kill() { :; }\n${script.replace(/^(STOP|KILL)_S_MAX=\d+$/gm, "$1_S_MAX=0")}`;
    expect(() => remoteBy(immortal, "remove", root, SITE, "none", UNIT)).toThrow(/cannot be killed: process \d+/);
    expect(existsSync(inSite("state")) && existsSync(inSite("workerd.pid"))).toBe(true);
  });

  test("a process that is not this runtime's is never signalled, whatever the files say", async () => {
    release("one");
    secrets("secret");
    const other = spawn("sleep", ["60"]);
    for (const file of ["supervisor.pid", "workerd.pid"]) writeFileSync(inSite(file), `${other.pid}\n`);
    expect(status()).not.toContain("running");
    remote("activate", root, SITE, "one", "none", UNIT);
    expect(other.exitCode).toBe(null);
    expect(execFileSync("ps", ["-o", "comm=", "-p", String(other.pid)], { encoding: "utf8" })).toBe("sleep\n");
    other.kill();
  });
});

describe("with systemd", () => {
  const asked = () => readFileSync(join(root, "asked"), "utf8").trim().split("\n");

  beforeEach(() => {
    program("id", "case $1 in -u) echo 1000 ;; *) echo somebody ;; esac");
    program("systemctl", `echo "$*" >>"${root}/asked"`);
    program("loginctl", `case $1 in show-user) echo no ;; *) echo "loginctl $*" >>"${root}/asked" ;; esac`);
  });

  test("a unit is installed, enabled and started; the same one is only started again", () => {
    release("one");
    secrets("secret");
    remote("activate", root, SITE, "one", "systemd", UNIT);
    const steps = [`--user enable --quiet ${UNIT}`, `--user stop ${UNIT}`, `--user start ${UNIT}`];
    expect(asked()).toEqual(["loginctl enable-linger somebody", "--user daemon-reload", ...steps]);
    expect(readFileSync(join(root, "config/systemd/user", UNIT), "utf8")).toContain("# one");
    rmSync(join(root, "asked"));
    remote("activate", root, SITE, "one", "systemd", UNIT);
    expect(asked()).toEqual(["loginctl enable-linger somebody", ...steps]);
  });

  test("it is told if services would end with the session", () => {
    program("loginctl", "exit 1");
    release("one");
    secrets("secret");
    expect(() => remote("activate", root, SITE, "one", "systemd", UNIT)).toThrow(
      /run "sudo loginctl enable-linger somebody"/,
    );
  });

  test("a runtime that cannot be stopped keeps its state", () => {
    release("one");
    secrets("secret");
    remote("activate", root, SITE, "one", "systemd", UNIT);
    program("systemctl", "echo no bus >&2; exit 1");
    expect(() => remote("remove", root, SITE, "systemd", UNIT)).toThrow(/no bus/);
    expect(existsSync(inSite("state"))).toBe(true);
  });

  test("a unit is stopped and deleted with its runtime", () => {
    release("one");
    secrets("secret");
    remote("activate", root, SITE, "one", "systemd", UNIT);
    rmSync(join(root, "asked"));
    remote("remove", root, SITE, "systemd", UNIT);
    expect(asked()).toEqual([`--user stop ${UNIT}`, `--user disable ${UNIT}`, "--user daemon-reload"]);
    expect(existsSync(join(root, "config/systemd/user", UNIT))).toBe(false);
    expect(existsSync(inSite("."))).toBe(false);
  });
});
