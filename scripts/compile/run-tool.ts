/** Runs a compiler as a child process and collects what it says. */
import { spawn } from "node:child_process";

/** A compiler that says more is cut off: nobody reads past the first errors. */
export const OUTPUT_BYTES_MAX = 256 * 1024;

export interface ToolRun {
  /** Undefined if it could not be started or was stopped by a signal. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ToolOptions {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** True if the command is a line for the system's shell. */
  readonly shell?: boolean;
}

export function runTool(command: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolRun> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      signal: options.signal,
      shell: options.shell ?? false,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (chunk: string) => {
        if (output[name].length < OUTPUT_BYTES_MAX) output[name] += chunk;
      });
    }
    child.once("error", (error) => resolve({ code: undefined, ...output, stderr: output.stderr + error.message }));
    child.once("close", (code) => resolve({ code: code ?? undefined, ...output }));
  });
}
