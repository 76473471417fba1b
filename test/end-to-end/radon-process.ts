/** A `radon dev` of its own for a test: started as a user would, on a free port, with a data folder of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const READY_MS_MAX = 90_000;
const STOP_MS_MAX = 15_000;

export interface RadonProcess {
  /** `http://HOST:PORT`. */
  readonly url: string;
  readonly pid: number;
  /** All that it printed so far. */
  output(): string;
  /** Ctrl-C, and wait; its exit code. */
  stop(): Promise<number | null>;
  /** `kill -9`, and wait. */
  kill(): Promise<void>;
  /** Waits until it prints something that matches. */
  printed(pattern: RegExp, timeoutMs?: number): Promise<void>;
}

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "radon-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Starts `radon dev` and waits until it serves. */
export function startRadon(config: string, data: string, args: readonly string[] = []): Promise<RadonProcess> {
  const command = [join(root, "scripts/radon.ts"), "dev", "--config", config, "--data", data, "--port", "0", ...args];
  return startScript(command);
}

/** Starts a script of this repository that serves as `radon dev` does, and says so with the same line. */
export async function startScript(command: readonly string[]): Promise<RadonProcess> {
  const child = spawn(process.execPath, command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const log = collect(child);
  const match = await log.waitFor(/^ready (http:\/\/\S+)$/m, READY_MS_MAX);
  return {
    url: match[1] as string,
    pid: child.pid as number,
    output: () => log.text(),
    stop: () => end(child, "SIGINT", log),
    kill: async () => void (await end(child, "SIGKILL", log)),
    printed: async (pattern, timeoutMs = 30_000) => void (await log.waitFor(pattern, timeoutMs)),
  };
}

interface Log {
  text(): string;
  waitFor(pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray>;
}

function collect(child: ChildProcess): Log {
  let text = "";
  const watchers = new Set<() => void>();
  const add = (chunk: Buffer): void => {
    text += chunk.toString();
    for (const watch of watchers) watch();
  };
  child.stdout?.on("data", add);
  child.stderr?.on("data", add);
  child.on("exit", () => {
    for (const watch of watchers) watch();
  });
  const waitFor = (pattern: RegExp, timeoutMs: number) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const done = (act: () => void): void => {
        watchers.delete(watch);
        clearTimeout(timer);
        act();
      };
      const fail = (why: string) =>
        done(() => reject(new Error(`${why} before it printed ${String(pattern)}:\n${text}`)));
      const watch = (): void => {
        const match = text.match(pattern);
        if (match) done(() => resolve(match));
        else if (child.exitCode !== null || child.signalCode !== null) fail("radon dev ended");
      };
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
      watchers.add(watch);
      watch();
    });
  return { text: () => text, waitFor };
}

async function end(child: ChildProcess, signal: NodeJS.Signals, log: Log): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  await exited;
  clearTimeout(timer);
  if (child.signalCode === "SIGKILL" && signal !== "SIGKILL") throw new Error(`radon dev did not stop:\n${log.text()}`);
  return child.exitCode;
}
