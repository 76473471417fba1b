/**
 * One module: from the cache if nothing of it changed, else compiled, optimized and given its limits.
 *
 * Invariant
 * 1. What is cached was made from the inputs that its key tells of: a file that changed while its compiler ran is not trusted.
 */
import { mkdir } from "node:fs/promises";
import { stripVTControlCharacters } from "node:util";
import { assemblyscript } from "./assemblyscript.ts";
import { c } from "./c.ts";
import { command } from "./command.ts";
import { cacheKey, readCached, writeCached, type CacheEntry } from "./cache.ts";
import type { Compiled, Compiler, Job, MissingTool, SourceOf, Tool } from "./compiler.ts";
import { FileHashes } from "./file-hashes.ts";
import type { Finish } from "./finish.ts";
import { LINES_VERSION } from "./lines/version.ts";
import { METERING_VERSION } from "./metering/version.ts";
import { OPTIMIZER_VERSION } from "./optimize.ts";
import { rust } from "./rust.ts";
import { LANGUAGES, type Source } from "./source.ts";
import { keyWithUsed, noteUsed } from "./used-files.ts";
import { wasm, wat } from "./wat.ts";
import { zig } from "./zig.ts";

const COMPILERS: { readonly [K in Source["kind"]]: Compiler<K> } = { assemblyscript, wat, wasm, c, rust, zig, command };

export type SourceResult =
  | { readonly kind: "compiled"; readonly entry: CacheEntry; readonly cached: boolean; readonly toolchain: string }
  | { readonly kind: "refused"; readonly diagnostics: string }
  | MissingTool;

/** Every file that a source is compiled from, as far as it is found without its compiler. */
export function inputsOf<K extends Source["kind"]>(source: SourceOf<K>): readonly string[] {
  return COMPILERS[source.kind as K].inputs(source);
}

/** What this machine lacks to compile a source, if it lacks anything. */
export async function missingToolOf<K extends Source["kind"]>(source: SourceOf<K>): Promise<MissingTool | undefined> {
  const found = await COMPILERS[source.kind as K].find(source);
  return found.kind === "missing" ? found : undefined;
}

/** Compiles sources of one build: of those that come to the same, one only. */
export class SourceCompiler {
  readonly #cacheFolder: string;
  readonly #hashes = new FileHashes();
  readonly #made = new Map<string, Promise<Compiled>>();
  /** When the build began. */
  readonly #since = Date.now();

  constructor(cacheFolder: string) {
    this.#cacheFolder = cacheFolder;
  }

  async compile<K extends Source["kind"]>(source: SourceOf<K>, finish: Finish, job: Job): Promise<SourceResult> {
    const compiler = COMPILERS[source.kind as K];
    const tool = await compiler.find(source);
    if (tool.kind === "missing") return tool;
    const work = { compiler, source, tool, finish, job };
    const key = keyOf(work, this.#hashes);
    const at = { cacheFolder: this.#cacheFolder, root: job.root };
    const cached = await readCached(this.#cacheFolder, await keyWithUsed(key, at));
    if (cached !== undefined) return { kind: "compiled", entry: cached, cached: true, toolchain: tool.version };
    const made = await this.#once(key, () => this.#make(work, key));
    if (!made.ok) return { kind: "refused", diagnostics: made.diagnostics };
    return { kind: "compiled", entry: made, cached: false, toolchain: tool.version };
  }

  /** A module that is wanted with metering and without is compiled once. */
  async #make<K extends Source["kind"]>(work: Work<K>, key: string): Promise<Compiled> {
    const { metered, optimized } = work.finish;
    const unlimited = keyOf({ ...work, finish: { metered: "either", optimized } }, this.#hashes);
    const made = await this.#once(unlimited, () => make(work));
    const { limited } = await import("./finish.ts");
    const result = limited(made, metered);
    if (result.ok && keyOf(work, new FileHashes()) === key) await this.#keep(result, work, key);
    return result;
  }

  async #keep<K extends Source["kind"]>(
    made: Extract<Compiled, { ok: true }>,
    work: Work<K>,
    key: string,
  ): Promise<void> {
    const inputs = new Set(work.compiler.inputs(work.source));
    const used = [...new Set(made.used ?? [])].filter((file) => !inputs.has(file)).sort();
    const at = { cacheFolder: this.#cacheFolder, root: work.job.root };
    const whole = await noteUsed(key, used, this.#since, at);
    if (whole !== undefined) await writeCached(this.#cacheFolder, whole, entryOf(made));
  }

  #once(key: string, make: () => Promise<Compiled>): Promise<Compiled> {
    const made = this.#made.get(key) ?? make();
    this.#made.set(key, made);
    return made;
  }
}

interface Work<K extends Source["kind"]> {
  readonly compiler: Compiler<K>;
  readonly source: SourceOf<K>;
  readonly tool: Tool;
  readonly finish: Finish;
  readonly job: Job;
}

type Keyed<K extends Source["kind"]> = Omit<Work<K>, "finish"> & {
  readonly finish: Pick<Finish, "optimized"> & { readonly metered: boolean | "either" };
};

function keyOf<K extends Source["kind"]>(
  { compiler, source, tool, finish, job }: Keyed<K>,
  hashes: FileHashes,
): string {
  const parts = {
    language: LANGUAGES[source.kind],
    version: tool.version,
    flags: [...tool.args, ...compiler.flags(source, job)],
    finish: [METERING_VERSION, LINES_VERSION, finish.metered, finish.optimized && OPTIMIZER_VERSION] as const,
    root: job.root,
    inputs: compiler.inputs(source),
  };
  return cacheKey(parts, hashes);
}

async function make<K extends Source["kind"]>({ compiler, source, tool, finish, job }: Work<K>): Promise<Compiled> {
  await mkdir(job.scratch, { recursive: true });
  const compiled = await compiler.compile(source, tool, job);
  // What only a compilation needs is not loaded for a build in which nothing changed.
  const { unlimited } = await import("./finish.ts");
  return unlimited(compiled, source, finish, job);
}

/** Kept without colours: who reads it from the cache may have none. */
function entryOf({ wasm, warnings }: CacheEntry): CacheEntry {
  return { wasm, warnings: stripVTControlCharacters(warnings) };
}
