/** Compiles the modules of a formula side by side; one that fails does not stop the others. */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import type { ModuleSpec } from "../formula/formula.ts";
import { SourceCompiler, type SourceResult } from "./compile-source.ts";
import type { Job } from "./compiler.ts";
import { sha256 } from "./file-hashes.ts";
import { isOptimizedByDefault } from "./optimize.ts";
import { rememberAnswersIn } from "./tool-answers.ts";

export interface CompiledModule {
  readonly kind: "compiled";
  readonly name: string;
  readonly wasm: Uint8Array;
  /** SHA-256 of the bytes, in hex. */
  readonly hash: string;
  readonly cached: boolean;
  readonly took_ms: number;
  readonly warnings: string;
  /** The compiler and its version. */
  readonly toolchain: string;
}

export type ModuleResult =
  | CompiledModule
  /** The compiler refused the source; `diagnostics` are its own words. */
  | { readonly kind: "refused"; readonly name: string; readonly diagnostics: string }
  | { readonly kind: "no toolchain"; readonly name: string; readonly message: string; readonly remedy: string };

export interface CompileOptions {
  /** The folder that file names are relative to: the formula's. */
  readonly root: string;
  readonly cacheFolder: string;
  /** The folder for what compilers leave behind. */
  readonly workFolder: string;
  /** True for modules that are to be small rather than ready soon. */
  readonly optimize?: boolean;
  /** True if what compilers say may have colours. */
  readonly colours?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onStart?: (module: ModuleSpec) => void;
  readonly onEnd?: (module: ModuleSpec, result: ModuleResult) => void;
}

/**
 * The result of each module, in the order of the modules; one that fails does not stop the others. Once `signal` is aborted, no
 * more is compiled and nothing more is told: the results are incomplete then.
 */
export async function compileModules(modules: readonly ModuleSpec[], options: CompileOptions): Promise<ModuleResult[]> {
  rememberAnswersIn(options.cacheFolder);
  const compiler = new SourceCompiler(options.cacheFolder);
  const results: ModuleResult[] = [];
  const waiting = modules.entries();
  const work = async (): Promise<void> => {
    for (const [index, module] of waiting) {
      options.onStart?.(module);
      const result = await compileModule(module, compiler, options);
      if (options.signal?.aborted) return;
      results[index] = result;
      options.onEnd?.(module, result);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}

async function compileModule(
  module: ModuleSpec,
  compiler: SourceCompiler,
  options: CompileOptions,
): Promise<ModuleResult> {
  const started = performance.now();
  const scratch = path.join(options.workFolder, `compile-${randomUUID()}`);
  const { root, workFolder: keep, signal, colours = false, optimize = false } = options;
  const job: Job = { root, scratch, keep, signal, colours };
  const finish = {
    metered: module.metered,
    optimized: optimize && (module.optimize ?? isOptimizedByDefault(module.source)),
  };
  try {
    return moduleResult(module.name, await compiler.compile(module.source, finish, job), started);
  } catch (error) {
    return { kind: "refused", name: module.name, diagnostics: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function moduleResult(name: string, result: SourceResult, started: number): ModuleResult {
  if (result.kind === "missing") {
    return { kind: "no toolchain", name, message: result.message, remedy: result.remedy };
  }
  if (result.kind === "refused") return { ...result, name };
  const { cached, toolchain, entry } = result;
  const took_ms = Math.round(performance.now() - started);
  return { kind: "compiled", name, ...entry, hash: sha256(entry.wasm), cached, took_ms, toolchain };
}
