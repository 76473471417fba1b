/**
 * Runs this package's own wrangler: without questions, telemetry, logs on disk or colours, and with nothing of the environment
 * that would make it deploy something else than it is told.
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Environment } from "../../formula/environment.ts";
import { reasonOf } from "./wrangler-answer.ts";

/** An upload of tens of megabytes over a slow line takes minutes; one that takes longer hangs. */
const RUN_MS_MAX = 600_000;
const OUTPUT_CHARS_MAX = 1_000_000;

export interface WranglerRun {
  readonly args: readonly string[];
  /** Where it runs. */
  readonly folder: string;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

export type WranglerEnd =
  | { readonly ok: true; readonly output: string }
  | { readonly ok: false; readonly reason: string; readonly interrupted: boolean };

/** What the command of wrangler's package starts in a process of its own: without that one, an interruption ends it all. */
const COMMAND = createRequire(import.meta.url).resolve("wrangler");

export async function runWrangler({ args, folder, environment, signal }: WranglerRun): Promise<WranglerEnd> {
  const limit = AbortSignal.timeout(RUN_MS_MAX);
  const child = spawn(process.execPath, ["--no-warnings", COMMAND, ...args], {
    cwd: folder,
    env: environmentOf(environment),
    stdio: ["ignore", "pipe", "pipe"],
    signal: AbortSignal.any([signal, limit]),
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout = (stdout + text).slice(-OUTPUT_CHARS_MAX)));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-OUTPUT_CHARS_MAX)));
  const failure = new Promise<string>((resolve) => child.once("error", (error) => resolve(error.message)));
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const end = await Promise.race([code, failure]);
  if (signal.aborted) return { ok: false, reason: "It was interrupted.", interrupted: true };
  if (limit.aborted) return failed(`wrangler did not end within ${RUN_MS_MAX / 60_000} minutes.`);
  if (typeof end === "string") return failed(`wrangler could not be started: ${end}.`);
  return end === 0 ? { ok: true, output: stdout } : failed(reasonOf(stderr, stdout));
}

function failed(reason: string): WranglerEnd {
  return { ok: false, reason, interrupted: false };
}

/** Would choose another Worker, another configuration or another output. */
const MISLEADING = /^(?:RADON_|WRANGLER_CI_|WRANGLER_OUTPUT_|WRANGLER_LOG|CLOUDFLARE_ENV$|FORCE_COLOR$)/;

function environmentOf(environment: Environment): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !MISLEADING.test(name));
  return {
    ...Object.fromEntries(kept),
    // It is large, and several may run one after the other: what was compiled once is kept, where Node keeps it by default.
    NODE_COMPILE_CACHE: environment["NODE_COMPILE_CACHE"] ?? path.join(tmpdir(), "node-compile-cache"),
    CI: "true",
    NO_COLOR: "1",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_WRITE_LOGS: "false",
    WRANGLER_LOG_SANITIZE: "true",
  };
}
