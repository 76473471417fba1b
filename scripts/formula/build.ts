/** From a loaded formula to the Workers of its runtimes: compile, check, generate, bundle. */
import path from "node:path";
import type { Application } from "../../durable/core/application.ts";
import {
  compileModules,
  type CompiledModule,
  type CompileOptions,
  type ModuleResult,
} from "../compile/compile-modules.ts";
import { FileHashes } from "../compile/file-hashes.ts";
import { applicationFor } from "./application.ts";
import { writeApplication, writeWorker, type RuntimeBundle } from "./bundle.ts";
import { problemsOfModules } from "./check-modules.ts";
import { safeName, type Folders } from "./folders.ts";
import type { Formula, ModuleSpec } from "./formula.ts";
import { withFormer } from "./former-modules.ts";
import { loadedAtomBundle } from "./loaded-atom-bundle.ts";
import { hasErrors, type Problem } from "./problems.ts";
import { problemsOfLimits } from "./event-limits.ts";
import { problemsOfReach, type Situation } from "./reach.ts";
import { runtimeCode, type RuntimeCode } from "./runtime-code.ts";
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
  /** What runs so far: a module that is wrong now stays what it was, rather than to hold back all others. */
  readonly former?: readonly ModuleResult[];
}

export interface Compilation {
  /** False also if it was aborted: there is nothing to tell then. */
  readonly ok: boolean;
  readonly modules: readonly ModuleResult[];
  readonly problems: readonly Problem[];
  /** The modules that stay what they were, because of their problems. */
  readonly kept: readonly string[];
}

export interface Build extends Compilation {
  /** Empty unless everything compiled. */
  readonly runtimes: readonly RuntimeBundle[];
  /** What each runtime is built with; empty as well. */
  readonly applications: readonly Application[];
}

export async function buildFormula(formula: Formula, options: BuildOptions): Promise<Build> {
  const { folders } = options;
  makeFolders(folders);
  makeWritable(folders.build, { holds: "the Workers", remedy: "Name another folder: radon build --out FOLDER." });
  const compilation = await compile(formula, options);
  if (!compilation.ok) return { ...compilation, runtimes: [], applications: [] };
  const hashes = new FileHashes();
  const applications = applicationsOf(formula, compilation, options, hashes);
  const compiled = compiledOf(compilation);
  const loadedAtom = applications.some(({ loads }) => loads) ? await loadedAtomBundle(folders.cache, hashes) : null;
  let code: Promise<RuntimeCode> | undefined;
  const parts = { hashes, loadedAtom, runtimeCode: () => (code ??= runtimeCode(folders.cache, hashes)) };
  const runtimes = await Promise.all(
    applications.map((application) => buildRuntime(application, compiled, options, parts)),
  );
  return { ...compilation, runtimes, applications };
}

type CompilationOptions = Omit<BuildOptions, "bundle">;

/** Compiles and checks the modules, through the cache; no Worker is made. */
export function compileFormula(formula: Formula, options: CompilationOptions): Promise<Compilation> {
  makeFolders(options.folders);
  return compile(formula, options);
}

async function compile(formula: Formula, options: CompilationOptions): Promise<Compilation> {
  const { folders, signal, optimize = false, colours = false, onStart, onEnd } = options;
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
  if (signal?.aborted) return { ok: false, modules: [], problems: [], kept: [] };
  const ofReach = options.situation === "deployed" ? [...problemsOfReach(formula), ...problemsOfLimits(formula)] : [];
  const problems = [...ofReach, ...(await problemsOfModules(formula, modules))];
  if (!hasErrors(problems)) return { ok: true, modules, problems, kept: [] };
  const stand = await withFormer(formula, { modules, problems, former: options.former ?? [] });
  return stand === undefined ? { ok: false, modules, problems, kept: [] } : { ok: true, problems, ...stand };
}

/** What each runtime of the formula is built with, in the formula's order. */
export function applicationsOf(
  formula: Formula,
  compilation: Compilation,
  { development, situation, bundle = true }: Pick<BuildOptions, "development" | "situation"> & Partial<BuildOptions>,
  fileHashes = new FileHashes(),
): Application[] {
  const hashes = new Map(compiledOf(compilation).map((module) => [module.name, module.hash]));
  const code = hashOfRuntimeCode(fileHashes);
  return formula.runtimes.map(({ name, loader = false }) => {
    // What runs on this machine has a loader, but for a build that is wrangler's to bundle.
    const loads = situation === "deployed" ? loader : bundle;
    return applicationFor(formula, { runtime: name, development, situation, hashes, code, loads });
  });
}

function compiledOf({ modules }: Compilation): CompiledModule[] {
  return modules.filter((module) => module.kind === "compiled");
}

function makeFolders({ cache, work }: Folders): void {
  const beside = "The folder .radon is made beside the formula: free that name, or allow writing there.";
  makeWritable(cache, { holds: "compiled modules", remedy: "Name another folder with RADON_CACHE." });
  makeWritable(work, { holds: "what compilers write", remedy: beside });
}

interface RuntimeParts {
  readonly hashes: FileHashes;
  /** The code of an atom that is loaded; null if no runtime loads any. */
  readonly loadedAtom: string | null;
  /** Asked for only if a Worker is to be made. */
  readonly runtimeCode: () => Promise<RuntimeCode>;
}

async function buildRuntime(
  application: Application,
  compiled: readonly CompiledModule[],
  { folders, bundle }: BuildOptions,
  { hashes, loadedAtom, runtimeCode: code }: RuntimeParts,
): Promise<RuntimeBundle> {
  const { runtime, version } = application;
  const folder = path.join(folders.build, safeName(runtime));
  const loads = application.loads === true;
  const written = await writeApplication(folder, application, compiled, folders.cache, loads ? loadedAtom : null);
  const worker = bundle ? await writeWorker(written, hashes, code) : path.join(folder, "application.js");
  return { runtime, version, folder, worker, wasm: written.wasm, loads };
}
