/**
 * A stage: one workerd process with the runtimes of an application and, beside them, the Worker of the references, started by Miniflare
 * as `radon dev` does. One process means one thread: whatever slows the one down slows the other down as well.
 */
import { readFileSync, rmSync, mkdtempSync, mkdirSync, existsSync } from "node:fs";
import path from "node:path";
import { Pool } from "undici";
import { claimPort } from "../../scripts/dev/address.ts";
import { serve } from "../../scripts/dev/server.ts";
import { guardWorkerd, PID_FILE, type WorkerdGuard } from "../../scripts/dev/workerd-guard.ts";
import { BENCH_FOLDER, type Workers } from "./applications.ts";

export const STORAGES = ["tmpfs", "disk"] as const;
export type Storage = (typeof STORAGES)[number];

const HOST = "127.0.0.1";
const TMPFS = "/dev/shm";
const ANSWER_MS_MAX = 120_000;
/** workerd closes a connection that was idle for 5 s; one that is used just then would be reset, so it is given up long before. */
const IDLE_MS_MAX = 1_000;
/** Requests of the bench itself that may be under way at once. */
const CONNECTIONS = 8;

export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

export interface Stage {
  readonly storage: Storage;
  /** The process id of its workerd; unknown where there is no /bin/sh. */
  readonly pid: number | undefined;
  readonly origin: string;
  /** Sends a request to a Worker by its name: a runtime's, or `reference`. */
  send(worker: string, path: string, body?: Uint8Array): Promise<Answer>;
  stop(): Promise<void>;
}

export function hasTmpfs(): boolean {
  return existsSync(TMPFS);
}

export async function startStage(workers: Workers, storage: Storage): Promise<Stage> {
  if (storage === "tmpfs" && !hasTmpfs()) throw new Error(`This machine has no ${TMPFS}: measure on disk.`);
  const root = storage === "tmpfs" ? TMPFS : path.join(BENCH_FOLDER, "data");
  mkdirSync(root, { recursive: true });
  const folder = mkdtempSync(path.join(root, "radon-bench-"));
  const port = await claimPort(HOST, 0);
  const {
    value: server,
    guard,
    pid,
  } = await guarded(path.join(folder, "guard"), () =>
    serve(workers, { host: HOST, port, dataFolder: path.join(folder, "data"), onLog: showWarning }),
  );
  const origin = `http://${HOST}:${port}`;
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    keepAliveTimeout: IDLE_MS_MAX,
    headersTimeout: ANSWER_MS_MAX,
    bodyTimeout: ANSWER_MS_MAX,
  });
  return {
    storage,
    pid,
    origin,
    send: async (worker, route, body) => {
      const headers = { host: `${worker}.localhost:${port}` };
      const method = body === undefined ? "GET" : "POST";
      const response = await pool.request({ path: route, method, headers, body: body ?? null });
      return { status: response.statusCode, body: new Uint8Array(await response.body.arrayBuffer()) };
    },
    stop: async () => {
      await pool.destroy();
      await server.stop();
      guard.release();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function showWarning({ level, message }: { readonly level: string; readonly message: string }): void {
  if (level === "warn" || level === "error") console.error(message);
}

/** Starts workerd under a guard of its own, so that it ends with the bench whatever ends that. */
async function guarded<T>(
  folder: string,
  start: () => Promise<T>,
): Promise<{ value: T; guard: WorkerdGuard; pid: number | undefined }> {
  const before = process.env["MINIFLARE_WORKERD_PATH"];
  const guard = await guardWorkerd(folder);
  try {
    const value = await start();
    const pidFile = path.join(folder, PID_FILE);
    return { value, guard, pid: existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : undefined };
  } finally {
    if (before === undefined) delete process.env["MINIFLARE_WORKERD_PATH"];
    else process.env["MINIFLARE_WORKERD_PATH"] = before;
  }
}
