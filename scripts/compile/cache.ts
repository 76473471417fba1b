/**
 * Compiled modules, content-addressed: the name of a file is the hash of all that went into it.
 *
 * Invariants
 * 1. The key covers the language, the tool's version, its flags, what is done to the module afterwards, the content of
 *    every input, and of what else the tool has read (`used-files.ts`); so an entry is never stale.
 * 2. A file appears under its name at once and whole (written aside, then renamed), so builds may share a cache.
 */
import { mkdir, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { sha256, type FileHashes } from "./file-hashes.ts";
import { writeWhole } from "./whole-file.ts";

/** Raise it when the meaning of a cached file changes. */
const FORMAT = "3";
export const CACHE_ENTRIES_MAX = 500;

export interface KeyParts {
  readonly language: string;
  readonly version: string;
  readonly flags: readonly string[];
  /** What is done to what the tool made, with the versions of what does it. */
  readonly finish: readonly (string | boolean)[];
  readonly root: string;
  readonly inputs: readonly string[];
}

export function cacheKey(parts: KeyParts, hashes: FileHashes): string {
  const { language, version, flags, finish, root, inputs } = parts;
  const contents = inputs.map((file) => [path.relative(root, file), hashes.of(file)] as const);
  return sha256(JSON.stringify([FORMAT, language, version, flags, finish, contents]));
}

export interface CacheEntry {
  readonly wasm: Uint8Array;
  /** What the compiler said although it compiled: it is told until it is mended. */
  readonly warnings: string;
}

/** The entry of a key, or undefined; one that is used counts as new again. */
export async function readCached(folder: string, key: string): Promise<CacheEntry | undefined> {
  const file = wasmFile(folder, key);
  const wasm = await readFile(file).catch(() => undefined);
  if (wasm === undefined) return undefined;
  await utimes(file, new Date(), new Date()).catch(() => undefined);
  return { wasm, warnings: await readFile(warningsFile(folder, key), "utf8").catch(() => "") };
}

/** The warnings come first: whoever sees the module sees them too. */
export async function writeCached(folder: string, key: string, { wasm, warnings }: CacheEntry): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (warnings !== "") await writeWhole(warningsFile(folder, key), warnings);
  await writeWhole(wasmFile(folder, key), wasm);
  await prune(folder);
}

/** Keeps the entries used last, and the lists of used files that were written last. */
async function prune(folder: string): Promise<void> {
  const names = (await readdir(folder)).map((name) => path.join(folder, name));
  const entries = await beyondMax(names.filter((name) => name.endsWith(".wasm")));
  const lists = await beyondMax(names.filter((name) => /\/[0-9a-f]{64}\.json$/.test(name)));
  const gone = [...entries.flatMap((file) => [file, file.replace(/wasm$/, "txt")]), ...lists];
  await Promise.all(gone.map((file) => rm(file, { force: true })));
}

async function beyondMax(files: readonly string[]): Promise<string[]> {
  if (files.length <= CACHE_ENTRIES_MAX) return [];
  const aged = await Promise.all(files.map(async (file) => ({ file, used: (await stat(file)).mtimeMs })));
  const old = aged.sort((a, b) => b.used - a.used).slice(CACHE_ENTRIES_MAX);
  return old.map(({ file }) => file);
}

function wasmFile(folder: string, key: string): string {
  return path.join(folder, `${key}.wasm`);
}

function warningsFile(folder: string, key: string): string {
  return path.join(folder, `${key}.txt`);
}
