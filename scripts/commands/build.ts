/** `radon build`: compiles the atoms and bundles a Worker for each runtime. */
import path from "node:path";
import { buildFormula, type Build, type Compilation } from "../formula/build.ts";
import { foldersOf } from "../formula/folders.ts";
import type { Formula } from "../formula/formula.ts";
import { loadFormula } from "../formula/load.ts";
import { problemJson, shownPath, type Problem } from "../formula/problems.ts";
import { buildProgress } from "../terminal/build-progress.ts";
import { Console } from "../terminal/console.ts";
import { EXIT } from "./exit-codes.ts";

export interface BuildCommandOptions {
  readonly config: string;
  readonly json?: true;
  readonly single?: true;
  readonly out?: string;
}

/** Builds for deployment; under `wrangler dev`, which says so in WRANGLER_COMMAND, for development. */
export async function buildCommand(options: BuildCommandOptions): Promise<number> {
  const console = new Console(options.json === true);
  const single = options.single === true;
  const { formula, problems } = loadFormula(path.resolve(options.config), { environment: process.env, single });
  if (formula === undefined) return end({ problems, options, console });
  const development = single && process.env["WRANGLER_COMMAND"] === "dev";
  const folders = foldersOf(formula.home, formula.app, "build", process.env);
  const build = await buildFormula(formula, {
    folders: options.out === undefined ? folders : { ...folders, build: path.resolve(options.out) },
    development,
    situation: single ? "one process" : "deployed",
    bundle: !single,
    optimize: !development,
    colours: console.colours,
    ...buildProgress(console, true),
  });
  return end({ problems: [...problems, ...build.problems], options, console, formula, build });
}

interface Outcome {
  readonly problems: readonly Problem[];
  readonly options: BuildCommandOptions;
  readonly console: Console;
  readonly formula?: Formula;
  readonly build?: Build;
}

function end(outcome: Outcome): number {
  const { problems, options, console, build } = outcome;
  if (options.json === true) process.stdout.write(`${JSON.stringify(report(outcome), null, 2)}\n`);
  else console.problems(problems);
  if (build?.ok !== true) return exitCodeOf(build);
  for (const runtime of build.runtimes) console.say(`${runtime.runtime}: ${shownPath(runtime.worker)}`);
  return EXIT.ok;
}

/** A compiler that is missing is the machine's fault only if nothing is wrong with the sources themselves. */
export function exitCodeOf(build: Compilation | undefined): number {
  const missing = build?.modules.filter((module) => module.kind === "no toolchain") ?? [];
  const errors = build?.problems.filter((problem) => problem.severity === "error") ?? [];
  return missing.length > 0 && errors.length === missing.length ? EXIT.environment : EXIT.input;
}

function report({ problems, formula, build }: Outcome): Record<string, unknown> {
  const ok = build?.ok === true;
  const wrong = new Set(problems.flatMap(({ severity, module }) => (severity === "error" ? (module ?? []) : [])));
  const modules = build?.modules.map((module) => {
    if (module.kind !== "compiled") return { name: module.name, ok: false };
    const { name, toolchain, hash, cached, took_ms, wasm } = module;
    return { name, ok: !wrong.has(name), toolchain, hash, bytes: wasm.length, cached, took_ms };
  });
  return {
    ok,
    ...(formula === undefined ? {} : { app: formula.app, leader: formula.leader }),
    modules: modules ?? [],
    runtimes: build?.runtimes ?? [],
    problems: problems.map(problemJson),
  };
}
