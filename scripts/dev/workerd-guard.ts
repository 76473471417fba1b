/**
 * Keeps workerd from outliving `radon dev`. Miniflare stops it on a clean end; a `kill -9` leaves it running, with the port and
 * the databases in its hands.
 *
 * Invariants
 * 1. workerd is started through a wrapper that writes down its process id first, so it is known before it does anything.
 * 2. A guard process holds the other end of a pipe: when this process ends in any way, the pipe closes and the guard kills
 *    workerd. It has the file with the id open, so that it does so though the folder is deleted just then. Should the guard be
 *    killed as well, the next start finds the written id and kills what is left.
 * 3. Ctrl-C reaches every process of a terminal; workerd ignores it, so that it is stopped in order.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { shellWord } from "../shell-word.ts";

/** Holds the process id of the workerd that started last. */
export const PID_FILE = "workerd.pid";
const WRAPPER_FILE = "workerd.sh";
export const GUARD_FILES: readonly string[] = [PID_FILE, WRAPPER_FILE];
const GUARD = 'trap "" INT TERM HUP; cat; if read -r pid <&3; then kill -9 "$pid"; rm -f "$0"; fi';
const DEATH_WAIT_MS_MAX = 3_000;
const DEATH_POLL_MS = 20;

/** Windows has no /bin/sh: there workerd runs without the guard, and only a clean end stops it. */
const HAS_SHELL = existsSync("/bin/sh");

export interface WorkerdGuard {
  /** Ends the guard after workerd was stopped. */
  readonly release: () => void;
}

/** Kills what an earlier run left behind in this folder, and guards the workerd processes that Miniflare starts from now on. */
export async function guardWorkerd(folder: string): Promise<WorkerdGuard> {
  if (!HAS_SHELL) return { release: () => undefined };
  mkdirSync(folder, { recursive: true });
  const pidFile = path.join(folder, PID_FILE);
  await killLeftover(pidFile);
  const wrapper = path.join(folder, WRAPPER_FILE);
  const before = process.env["MINIFLARE_WORKERD_PATH"];
  writeFileSync(wrapper, wrapperScript(pidFile, before ?? workerdPath()), { mode: 0o755 });
  process.env["MINIFLARE_WORKERD_PATH"] = wrapper;
  const guard = startGuard(pidFile);
  return {
    release: () => {
      forget(pidFile);
      if (process.env["MINIFLARE_WORKERD_PATH"] === wrapper) restore(before);
      guard.stdin?.destroy();
    },
  };
}

/** The wrapper writes into the file that is there, which is the one that the guard has open. */
function startGuard(pidFile: string): ChildProcess {
  writeFileSync(pidFile, "");
  const open = openSync(pidFile, "r");
  const guard = spawn("/bin/sh", ["-c", GUARD, pidFile], { stdio: ["pipe", "ignore", "ignore", open], detached: true });
  closeSync(open);
  guard.unref();
  return guard;
}

function forget(pidFile: string): void {
  if (existsSync(pidFile)) truncateSync(pidFile);
  rmSync(pidFile, { force: true });
}

/** The folder of the wrapper may be gone before the next workerd starts. */
function restore(workerd: string | undefined): void {
  if (workerd === undefined) delete process.env["MINIFLARE_WORKERD_PATH"];
  else process.env["MINIFLARE_WORKERD_PATH"] = workerd;
}

function wrapperScript(pidFile: string, workerd: string): string {
  return ["#!/bin/sh", "trap '' INT", `echo "$$" > ${shellWord(pidFile)}`, `exec ${shellWord(workerd)} "$@"`, ""].join(
    "\n",
  );
}

/** The workerd that Miniflare would start. */
function workerdPath(): string {
  const fromMiniflare = createRequire(createRequire(import.meta.url).resolve("miniflare"));
  const { default: workerd }: { default: string } = fromMiniflare("workerd");
  return workerd;
}

async function killLeftover(pidFile: string): Promise<void> {
  const pid = existsSync(pidFile) ? Number.parseInt(readFileSync(pidFile, "utf8"), 10) : Number.NaN;
  if (Number.isInteger(pid) && pid > 1 && (await isWorkerd(pid))) {
    process.kill(pid, "SIGKILL");
    for (let waited = 0; isAlive(pid) && waited < DEATH_WAIT_MS_MAX; waited += DEATH_POLL_MS)
      await sleep(DEATH_POLL_MS);
  }
  rmSync(pidFile, { force: true });
}

/** The id may belong to another program by now: only a process that says it is workerd is killed. */
async function isWorkerd(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const ofProc = `/proc/${pid}/cmdline`;
  if (existsSync("/proc/self/cmdline")) return existsSync(ofProc) && readFileSync(ofProc, "utf8").includes("workerd");
  const { firstLine } = await import("../compile/tool-answers.ts");
  return ((await firstLine("ps", ["-o", "comm=", "-p", String(pid)])) ?? "").includes("workerd");
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
