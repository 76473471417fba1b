/** Runs the `radon` command as a user would. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const SCRIPTS = path.resolve(import.meta.dirname, "../../scripts");

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Starts the package's command, which starts the other. */
  readonly launcher?: boolean;
}

export class Radon {
  readonly process: ChildProcess;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[], { cwd, env, launcher }: RunOptions) {
    const command = path.join(SCRIPTS, launcher === true ? "bin.mjs" : "radon.ts");
    this.process = spawn(process.execPath, [command, ...args], { cwd, env: { ...process.env, ...env } });
    this.process.stdout?.setEncoding("utf8").on("data", (chunk: string) => (this.stdout += chunk));
    this.process.stderr?.setEncoding("utf8").on("data", (chunk: string) => (this.stderr += chunk));
  }

  async ended(): Promise<Ran> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, "close");
    return { code: this.process.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  /** Waits until the output matches; an end before that is an error with all that was said. */
  async says(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this[stream]);
      if (found !== null) return found;
      if (this.process.exitCode !== null || this.process.signalCode !== null) {
        throw new Error(`radon ended with ${this.process.exitCode}: ${this.stderr}`);
      }
      await this.#saysMore(stream);
    }
  }

  /** Leaves no listener behind: a command that says much would have more of them than Node takes for right. */
  async #saysMore(stream: "stdout" | "stderr"): Promise<void> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const source = this.process[stream] ?? this.process;
    await Promise.race([once(source, "data", { signal }), once(this.process, "exit", { signal })]);
    waiting.abort();
  }
}

export function radon(args: readonly string[], options: RunOptions): Promise<Ran> {
  return new Radon(args, options).ended();
}
