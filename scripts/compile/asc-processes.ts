/**
 * Runs AssemblyScript's compiler, in processes that are kept for a while: the next module of a build, or the next change of a source, finds one
 * that is warm.
 *
 * Invariants
 * 1. A process compiles one module at a time; one that was stopped, or broke down, is never used again.
 * 2. A process that was told options of an application's own is not used again: they may change what later modules are compiled with.
 * 3. A process that waits keeps nobody from ending, and ends when it has waited IDLE_MS_MAX, or with this process.
 */
import { fork, type ChildProcess } from "node:child_process";
import { packageFile } from "../package.ts";
import { BINARYEN_ARGS } from "./binaryen.ts";
import { OUTPUT_BYTES_MAX, type ToolRun } from "./run-tool.ts";

const PROGRAM = packageFile("scripts", "compile", "asc-process.mjs");
/** Long enough for somebody who changes a source, looks at what it does, and changes it again. */
const IDLE_MS_MAX = 60_000;

export interface AscRun {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly colours: boolean;
  readonly signal: AbortSignal | undefined;
  /** False if the arguments come from an application. */
  readonly plain: boolean;
}

export interface AscAnswer extends ToolRun {
  /** The files that it has read; none if it broke down. */
  readonly used: readonly string[];
}

interface Waiting {
  readonly child: ChildProcess;
  readonly timer: NodeJS.Timeout;
}

const waiting: Waiting[] = [];

export async function runAsc({ args, cwd, colours, signal, plain }: AscRun): Promise<AscAnswer> {
  const child = warm() ?? started();
  const run = await answerOf(child, { args, cwd, colours }, signal);
  if (plain && child.connected && !child.killed) keep(child);
  else child.kill();
  return run;
}

function warm(): ChildProcess | undefined {
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    clearTimeout(next.timer);
    if (next.child.connected) return next.child;
  }
  return undefined;
}

function started(): ChildProcess {
  // With CI set, the compiler has colours whether it is told to or not.
  const { CI: _ci, ...env } = process.env;
  return fork(PROGRAM, { env, execArgv: [...BINARYEN_ARGS], stdio: ["ignore", "pipe", "pipe", "ipc"] });
}

function keep(child: ChildProcess): void {
  const timer = setTimeout(() => child.kill(), IDLE_MS_MAX);
  timer.unref();
  waiting.push({ child, timer });
  letEnd(child, true);
}

/** Whether this process may end although the other one is there. */
function letEnd(child: ChildProcess, mayEnd: boolean): void {
  const handles = [child, child.channel, child.stdout, child.stderr] as readonly (Referenced | null | undefined)[];
  for (const handle of handles) handle?.[mayEnd ? "unref" : "ref"]();
}

interface Referenced {
  ref(): void;
  unref(): void;
}

/** What the compiler says; a compiler that breaks down says so by itself, and ends. */
function answerOf(child: ChildProcess, request: object, signal: AbortSignal | undefined): Promise<AscAnswer> {
  letEnd(child, false);
  return new Promise((resolve) => {
    let said = "";
    const hear = (chunk: Buffer): void => {
      if (said.length < OUTPUT_BYTES_MAX) said += chunk.toString();
    };
    const stop = (): void => void child.kill();
    const done = (answer: AscAnswer): void => {
      signal?.removeEventListener("abort", stop);
      // Those of Node's own, which a warm process still needs, stay.
      child.off("message", answered).off("error", failed).off("close", closed);
      for (const stream of [child.stdout, child.stderr]) stream?.off("data", hear);
      resolve(answer);
    };
    const brokeDown = (code: number | undefined, stderr: string): void => done({ code, stdout: "", stderr, used: [] });
    const answered = (answer: unknown): void => done(answer as AscAnswer);
    const failed = (error: Error): void => brokeDown(undefined, said + error.message);
    const closed = (code: number | null): void => brokeDown(code || 1, said);
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", hear);
    child.on("message", answered).on("error", failed).on("close", closed);
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    else child.send(request);
  });
}
