/**
 * Compiled modules, content-addressed: the name of a file is the hash of all that went into it.
 *
 * Invariants
 * 1. The key covers the language, the tool's version, its flags, the version of metering and whether
 *    it is metered, and the content of every input; so an entry is never stale.
 * 2. A file appears under its name at once and whole (written aside, then renamed), so builds may share a cache.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";

/** Raise it when the meaning of a cached file changes. */
const FORMAT = "1";
export const CACHE_ENTRIES_MAX = 500;

export interface KeyParts {
  readonly language: string;
  readonly version: string;
  readonly flags: readonly string[];
  /** The version of metering, and what it was asked for. */
  readonly metering: readonly [version: string, metered: boolean];
  readonly root: string;
  readonly inputs: readonly string[];
}

export async function cacheKey({ language, version, flags, metering, root, inputs }: KeyParts): Promise<string> {
  const contents = await Promise.all(
    inputs.map(async (file) => [path.relative(root, file), sha256(await readFile(file))] as const),
  );
  return sha256(JSON.stringify([FORMAT, language, version, flags, metering, contents]));
}

export function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The module of a key, or undefined; an entry that is used counts as new again. */
export async function readCached(folder: string, key: string): Promise<Uint8Array | undefined> {
  const file = entryFile(folder, key);
  const found = await readFile(file).catch(() => undefined);
  if (found !== undefined) await utimes(file, new Date(), new Date()).catch(() => undefined);
  return found;
}

export async function writeCached(folder: string, key: string, wasm: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const aside = path.join(folder, `${randomUUID()}.part`);
  await writeFile(aside, wasm);
  await rename(aside, entryFile(folder, key));
  await prune(folder);
}

/** Keeps the entries used last. */
async function prune(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".wasm"));
  if (names.length <= CACHE_ENTRIES_MAX) return;
  const files = names.map((name) => path.join(folder, name));
  const aged = await Promise.all(files.map(async (file) => ({ file, used: (await stat(file)).mtimeMs })));
  const old = aged.sort((a, b) => b.used - a.used).slice(CACHE_ENTRIES_MAX);
  await Promise.all(old.map(({ file }) => rm(file, { force: true })));
}

function entryFile(folder: string, key: string): string {
  return path.join(folder, `${key}.wasm`);
}
