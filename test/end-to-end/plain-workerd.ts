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
  const [only] = await buildAllForWorkerd(config, folder, ["RADON_TOKEN"], true);
  return only as string;
}

/** Builds the runtimes of a formula as they are deployed; the paths of their configurations, in the formula's order. */
export async function buildAllForWorkerd(
  config: string,
  folder: string,
  secrets: readonly string[],
  single = false,
): Promise<string[]> {
  const { formula, problems: mistakes } = loadFormula(config, { environment: {}, single });
  if (formula === undefined) throw new Error(`${config}: ${JSON.stringify(mistakes)}`);
  const folders = { ...foldersOf(formula.home, formula.app, "build", {}), build: folder };
  const options = {
    folders,
    development: false,
    situation: single ? "one process" : "deployed",
    bundle: true,
  } as const;
  const { ok, runtimes, problems } = await buildFormula(formula, options);
  if (!ok) throw new Error(problems.map(({ message }) => message).join("\n"));
  return runtimes.map((bundle) => {
    const wasm = bundle.wasm.map((each) => basename(each));
    const served = { worker: basename(bundle.worker), wasm, secrets, address: "127.0.0.1:0" };
    const file = join(bundle.folder, "config.capnp");
    writeFileSync(file, workerdConfig(served));
    return file;
  });
}

export interface PlainWorkerd {
  readonly url: string;
  /** All that it wrote so far. */
  readonly output: () => string;
  /** `kill -9`, and wait. */
  readonly kill: () => Promise<void>;
}

/** Serves in a folder, which keeps the state; the secrets are variables of the process. */
export async function serveWithWorkerd(
  config: string,
  folder: string,
  secrets: Readonly<Record<string, string>>,
): Promise<PlainWorkerd> {
  mkdirSync(join(folder, STATE_FOLDER), { recursive: true });
  const child = spawn(workerd, ["serve", config, CONFIG_CONSTANT, "--control-fd=3"], {
    cwd: folder,
    env: { ...secrets },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  const port = await portOf(child, () => output);
  return {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    kill: async () => {
      const ended = once(child, "exit");
      if (child.kill("SIGKILL")) await ended;
    },
  };
}

/** workerd tells on its control descriptor where it listens. */
async function portOf(child: ChildProcess, output: () => string): Promise<number> {
  const control = child.stdio[3];
  if (control === null || control === undefined || !("read" in control)) throw new Error("no control descriptor");
  for await (const line of createInterface({ input: control })) {
    const message = JSON.parse(line) as { event: string; port: number };
    if (message.event === "listen") return message.port;
  }
  throw new Error(`workerd ended: ${output()}`);
}
