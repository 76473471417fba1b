/** The running application: one Miniflare with a Worker for each runtime. */
import type { V4MiniflareOptions, WorkerdStructuredLog } from "miniflare";
import { CommandError, EXIT } from "../commands/exit-codes.ts";
import { urlOf } from "./address.ts";

type Workers = Extract<V4MiniflareOptions, { workers: unknown }>["workers"];

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly onLog: (log: WorkerdStructuredLog) => void;
  /** workerd ended by itself, or was killed, and runs again. */
  readonly onRestart?: () => Promise<void>;
}

export interface Server {
  readonly url: string;
  /** Replaces the Workers; state and address stay. */
  readonly reload: (workers: Workers) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function serve(workers: Workers, options: ServerOptions): Promise<Server> {
  const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = await import("miniflare");
  const optionsWith = (current: Workers) =>
    convertV4MiniflareOptions({
      host: options.host,
      port: options.port,
      resourcePersistencePath: options.dataFolder,
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.ERROR),
      logRequests: false,
      handleStructuredLogs: options.onLog,
      ...(options.onRestart === undefined ? {} : { unsafeHandleRuntimeRestart: options.onRestart }),
      workers: current,
    });
  const listeners = signalListeners();
  const miniflare = new Miniflare(optionsWith(workers));
  removeSignalListeners(listeners);
  try {
    await miniflare.ready;
  } catch (error) {
    await miniflare.dispose().catch(() => undefined);
    throw startFailure(error);
  }
  return {
    url: urlOf(options.host, options.port),
    reload: (next) => miniflare.setOptions(optionsWith(next)),
    stop: () => miniflare.dispose(),
  };
}

function startFailure(error: unknown): CommandError {
  const message = error instanceof Error ? error.message : String(error);
  return new CommandError(message, EXIT.environment);
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Listeners = ReadonlyMap<string, readonly unknown[]>;

function signalListeners(): Listeners {
  return new Map(SIGNALS.map((signal) => [signal, process.listeners(signal)]));
}

/** Miniflare ends the process on a signal, with an error's exit code: that is for the command to do, in order. */
function removeSignalListeners(before: Listeners): void {
  for (const signal of SIGNALS) {
    const kept = before.get(signal) ?? [];
    for (const listener of process.listeners(signal))
      if (!kept.includes(listener)) process.removeListener(signal, listener);
  }
}
