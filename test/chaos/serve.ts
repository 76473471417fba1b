/**
 * Serves a bank that was built: what `radon dev` does after its build, with the faulty entry in front of each Worker.
 * `node test/chaos/serve.ts FOLDER` prints `ready URL` and serves until it is killed.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { claimPort } from "../../scripts/dev/address.ts";
import { DataFolder } from "../../scripts/dev/data-folder.ts";
import { showLogs } from "../../scripts/dev/logs.ts";
import { serve } from "../../scripts/dev/server.ts";
import { startRuntimes } from "../../scripts/dev/start-runtimes.ts";
import { workersOf } from "../../scripts/dev/worker-options.ts";
import { guardWorkerd } from "../../scripts/dev/workerd-guard.ts";
import type { RuntimeBundle } from "../../scripts/formula/bundle.ts";
import { Console } from "../../scripts/terminal/console.ts";
import { bankIn, bundlesFile, entryFile } from "./build.ts";

type Workers = ReturnType<typeof workersOf>;

const HOST = "127.0.0.1";
const folder = process.argv[2] as string;
const formula = bankIn(folder);
const bundles = JSON.parse(readFileSync(bundlesFile(folder), "utf8")) as RuntimeBundle[];

const data = DataFolder.open(join(folder, "data"));
await guardWorkerd(data.path);
const server = await serve(workersOf(formula, bundles, undefined).map(withEntry), {
  host: HOST,
  port: await claimPort(HOST, 0),
  dataFolder: data.path,
  onLog: showLogs(new Console(false)),
  onRestart: () => start(),
});
await start();
console.log(`ready ${server.url}`);

async function start(): Promise<void> {
  for (const { message } of await startRuntimes(server.url, formula, undefined)) console.warn(message);
}

/** The first module is the one that a Worker starts with. */
function withEntry(worker: Workers[number]): Workers[number] {
  const path = entryFile(worker.modulesRoot as string);
  const modules = worker.modules as { type: "ESModule"; path: string; contents: string }[];
  return { ...worker, modules: [{ type: "ESModule", path, contents: readFileSync(path, "utf8") }, ...modules] };
}
