/** Compiles the modules of a formula side by side and meters them, each from the cache if nothing of it changed. */
import { mkdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { randomUUID } from "node:crypto";
import type { ModuleSpec } from "../formula/formula.ts";
import { assemblyscript } from "./assemblyscript.ts";
import { c } from "./c.ts";
import { cacheKey, readCached, sha256, writeCached } from "./cache.ts";
import type { Compiled, Compiler, Job, SourceOf } from "./compiler.ts";
import { rust } from "./rust.ts";
import { meterModule, METERING_VERSION } from "./metering/meter.ts";
import { LANGUAGES, type Source } from "./source.ts";
import { isValidWasm } from "./wasm-module.ts";
import { wasm, wat } from "./wat.ts";

const COMPILERS: { readonly [K in Source["kind"]]: Compiler<K> } = { assemblyscript, wat, wasm, c, rust };

export interface CompiledModule {
  readonly kind: "compiled";
  readonly name: string;
  readonly wasm: Uint8Array;
  /** SHA-256 of the bytes, in hex. */
  readonly hash: string;
  readonly cached: boolean;
  readonly took_ms: number;
  readonly warnings: string;
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
  readonly signal?: AbortSignal | undefined;
  readonly onStart?: (module: ModuleSpec) => void;
  readonly onEnd?: (module: ModuleSpec, result: ModuleResult) => void;
}

/**
 * The result of each module, in the order of the modules; one that fails does not stop the others. Once `signal` is aborted, no
 * more is compiled and nothing more is told: the results are incomplete then.
 */
export async function compileModules(modules: readonly ModuleSpec[], options: CompileOptions): Promise<ModuleResult[]> {
  const results: ModuleResult[] = [];
  const waiting = modules.entries();
  const work = async (): Promise<void> => {
    for (const [index, module] of waiting) {
      options.onStart?.(module);
      const result = await compileModule(module, options);
      if (options.signal?.aborted) return;
      results[index] = result;
      options.onEnd?.(module, result);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}

/** Every file that a source is compiled from. */
export function inputsOf<K extends Source["kind"]>(source: SourceOf<K>): readonly string[] {
  return COMPILERS[source.kind as K].inputs(source);
}

async function compileModule(module: ModuleSpec, options: CompileOptions): Promise<ModuleResult> {
  const scratch = path.join(options.workFolder, `compile-${randomUUID()}`);
  const job: Job = { root: options.root, scratch, keep: options.workFolder, signal: options.signal };
  try {
    return await compileSource(module, module.source, job, options.cacheFolder);
  } catch (error) {
    return { kind: "refused", name: module.name, diagnostics: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function compileSource<K extends Source["kind"]>(
  { name, metered }: ModuleSpec,
  source: SourceOf<K>,
  job: Job,
  cacheFolder: string,
): Promise<ModuleResult> {
  const started = performance.now();
  const compiler = COMPILERS[source.kind as K];
  const tool = await compiler.find(source);
  if (tool.kind === "missing") {
    return { kind: "no toolchain", name, message: tool.message, remedy: tool.remedy };
  }
  const key = await cacheKey({
    language: LANGUAGES[source.kind],
    version: tool.version,
    flags: compiler.flags(source, job),
    metering: [METERING_VERSION, metered],
    root: job.root,
    inputs: compiler.inputs(source),
  });
  const cached = await readCached(cacheFolder, key);
  if (cached !== undefined) return moduleOf(name, { ok: true, wasm: cached, warnings: "" }, true, started);
  await mkdir(job.scratch, { recursive: true });
  const compiled = limited(await compiler.compile(source, tool, job), metered);
  if (!compiled.ok) return { kind: "refused", name, diagnostics: compiled.diagnostics };
  await writeCached(cacheFolder, key, compiled.wasm);
  return moduleOf(name, compiled, false, started);
}

/** With its limits built in. What is no valid module is left as it is: the checks that follow say why it is none. */
function limited(compiled: Compiled, metered: boolean): Compiled {
  if (!compiled.ok || !isValidWasm(compiled.wasm)) return compiled;
  const result = meterModule(compiled.wasm, metered);
  return result.ok ? { ...compiled, wasm: result.wasm } : { ok: false, diagnostics: result.message };
}

function moduleOf(
  name: string,
  { wasm, warnings }: Compiled & { ok: true },
  cached: boolean,
  started: number,
): CompiledModule {
  const took_ms = Math.round(performance.now() - started);
  return { kind: "compiled", name, wasm, hash: sha256(wasm), cached, took_ms, warnings };
}
