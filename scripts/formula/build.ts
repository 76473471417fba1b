/** From a loaded formula to the Workers of its runtimes: compile, check, generate, bundle. */
import path from "node:path";
import {
  compileModules,
  type CompiledModule,
  type CompileOptions,
  type ModuleResult,
} from "../compile/compile-modules.ts";
import { FileHashes } from "../compile/file-hashes.ts";
import { applicationFor } from "./application.ts";
import { bundleWorker, writeApplication, type RuntimeBundle } from "./bundle.ts";
import { problemsOfModules } from "./check-modules.ts";
import { safeName, type Folders } from "./folders.ts";
import type { Formula, ModuleSpec } from "./formula.ts";
import { hasErrors, type Problem } from "./problems.ts";
import { problemsOfReach, type Situation } from "./reach.ts";
import { hashOfRuntimeCode } from "./version.ts";
import { makeWritable } from "./writable-folder.ts";

export interface BuildOptions extends Pick<CompileOptions, "onStart" | "onEnd" | "signal" | "optimize" | "colours"> {
  /** The build begins, of these modules. */
  readonly onBegin?: (modules: readonly ModuleSpec[]) => void;
  readonly folders: Folders;
  readonly development: boolean;
  readonly situation: Situation;
  /** False leaves bundling to another tool. */
  readonly bundle: boolean;
}

export interface Build {
  /** False also if the build was aborted: there is nothing to tell then. */
  readonly ok: boolean;
  readonly modules: readonly ModuleResult[];
  readonly problems: readonly Problem[];
  /** Empty unless everything compiled. */
  readonly runtimes: readonly RuntimeBundle[];
}

export async function buildFormula(formula: Formula, options: BuildOptions): Promise<Build> {
  const { folders, signal, optimize = false, colours = false, onStart, onEnd } = options;
  makeFolders(folders);
  options.onBegin?.(formula.modules);
  const modules = await compileModules(formula.modules, {
    root: formula.folder,
    cacheFolder: folders.cache,
    workFolder: folders.work,
    optimize,
    colours,
    signal,
    ...(onStart === undefined ? {} : { onStart }),
    ...(onEnd === undefined ? {} : { onEnd }),
  });
  if (signal?.aborted) return { ok: false, modules: [], problems: [], runtimes: [] };
  const ofReach = options.situation === "deployed" ? problemsOfReach(formula) : [];
  const problems = [...ofReach, ...(await problemsOfModules(formula, modules))];
  if (hasErrors(problems)) return { ok: false, modules, problems, runtimes: [] };
  const compiled = modules.filter((module) => module.kind === "compiled");
  const hashes = new FileHashes();
  const code = hashOfRuntimeCode(hashes);
  const runtimes = await Promise.all(
    formula.runtimes.map(({ name }) => buildRuntime(formula, name, compiled, options, { hashes, code })),
  );
  return { ok: true, modules, problems, runtimes };
}

function makeFolders({ cache, work, build }: Folders): void {
  const beside = "The folder .radon is made beside the formula: free that name, or allow writing there.";
  makeWritable(cache, { holds: "compiled modules", remedy: "Name another folder with RADON_CACHE." });
  makeWritable(work, { holds: "what compilers write", remedy: beside });
  makeWritable(build, { holds: "the Workers", remedy: "Name another folder: radon build --out FOLDER." });
}

interface RuntimeParts {
  readonly hashes: FileHashes;
  /** The hash of the code that every runtime has. */
  readonly code: string;
}

async function buildRuntime(
  formula: Formula,
  runtime: Formula["leader"],
  compiled: readonly CompiledModule[],
  { folders, development, situation, bundle }: BuildOptions,
  { hashes: fileHashes, code }: RuntimeParts,
): Promise<RuntimeBundle> {
  const folder = path.join(folders.build, safeName(runtime));
  const hashes = new Map(compiled.map((module) => [module.name, module.hash]));
  const application = applicationFor(formula, { runtime, development, situation, hashes, code });
  const wasm = await writeApplication(folder, application, compiled, folders.cache);
  const worker = bundle ? await bundleWorker(folder, fileHashes) : path.join(folder, "application.js");
  return { runtime, version: application.version, folder, worker, wasm };
}
