/** A runtime under plain workerd, as it runs on a machine of one's own: no Miniflare, one process, state on disk. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { CONFIG_CONSTANT, STATE_FOLDER, workerdConfig } from "../../scripts/deploy/workerd/workerd-config.ts";
import { buildFormula } from "../../scripts/formula/build.ts";
import { foldersOf } from "../../scripts/formula/folders.ts";
import { loadFormula } from "../../scripts/formula/load.ts";

const { default: workerd } = createRequire(import.meta.url)("workerd") as { default: string };

/** Builds every atom of a formula into one runtime, with its configuration beside it; the configuration's path. */
export async function buildForWorkerd(config: string, folder: string): Promise<string> {
  const { formula } = loadFormula(config, { environment: {}, single: true });
  if (formula === undefined) throw new Error(`${config} is wrong`);
  const folders = { ...foldersOf(formula.home, formula.app, "build", {}), build: folder };
  const { runtimes, problems } = await buildFormula(formula, { folders, development: false, bundle: true });
  const bundle = runtimes[0];
  if (bundle === undefined) throw new Error(problems.map(({ message }) => message).join("\n"));
  const file = join(bundle.folder, "config.capnp");
  const wasm = bundle.wasm.map((each) => basename(each));
  const served = { worker: basename(bundle.worker), wasm, secrets: ["RADON_TOKEN"], address: "127.0.0.1:0" };
  writeFileSync(file, workerdConfig(served));
  return file;
}

export interface PlainWorkerd {
  readonly url: string;
  /** `kill -9`, and wait. */
  readonly kill: () => Promise<void>;
}

/** Serves in a folder, which keeps the state. */
export async function serveWithWorkerd(config: string, folder: string, token: string): Promise<PlainWorkerd> {
  mkdirSync(join(folder, STATE_FOLDER), { recursive: true });
  const child = spawn(workerd, ["serve", config, CONFIG_CONSTANT, "--control-fd=3"], {
    cwd: folder,
    env: { RADON_TOKEN: token },
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const port = await portOf(child);
  return {
    url: `http://127.0.0.1:${port}`,
    kill: async () => {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** workerd tells on its control descriptor where it listens. */
async function portOf(child: ChildProcess): Promise<number> {
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (complaint += chunk));
  const control = child.stdio[3];
  if (control === null || control === undefined || !("read" in control)) throw new Error("no control descriptor");
  for await (const line of createInterface({ input: control })) {
    const message = JSON.parse(line) as { event: string; port: number };
    if (message.event === "listen") return message.port;
  }
  throw new Error(`workerd ended: ${complaint}`);
}
