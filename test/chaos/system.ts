/** The system under chaos: its processes, how they are killed, and how they come back. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startScript, type RadonProcess } from "../end-to-end/radon-process.ts";

const script = join(import.meta.dirname, "serve.ts");

/**
 * `workerd` alone, which Miniflare starts again; `node` alone, whose guard has to kill workerd; `all` at once; or `parents`: node
 * and guard, which leaves a workerd that goes on working until the next start finds and kills it.
 */
export const KILLS = ["workerd", "workerd", "node", "all", "parents"] as const;
export type Kill = (typeof KILLS)[number];

export class System {
  readonly #folder: string;
  #process: RadonProcess;

  private constructor(folder: string, process: RadonProcess) {
    this.#folder = folder;
    this.#process = process;
  }

  static async start(folder: string): Promise<System> {
    return new System(folder, await startScript([script, folder]));
  }

  get url(): string {
    return this.#process.url;
  }

  /** All that the process printed since it was last started. */
  output(): string {
    return this.#process.output();
  }

  /** Kills, and starts again what does not come back by itself. */
  async kill(kill: Kill): Promise<void> {
    const workerd = this.#workerd();
    if (kill === "workerd") return killProcess(workerd);
    for (const pid of kill === "node" ? [] : childrenOf(this.#process.pid)) {
      if (kill === "all" || pid !== workerd) killProcess(pid);
    }
    await this.#process.kill();
    this.#process = await startScript([script, this.#folder]);
  }

  async stop(): Promise<void> {
    await this.#process.kill();
  }

  #workerd(): number | undefined {
    const file = join(this.#folder, "data/workerd.pid");
    const pid = existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : Number.NaN;
    return childrenOf(this.#process.pid).includes(pid) ? pid : undefined;
  }
}

function killProcess(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}

function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").map(Number) : [];
}
