/** WebAssembly text, by the wabt package; and WebAssembly itself, which is taken as it is. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { versionOf } from "../package.ts";
import { cacheKey, readCached, writeCached } from "./cache.ts";
import { tool, type Compiler } from "./compiler.ts";
import { FileHashes } from "./file-hashes.ts";

/** What V8 runs without a flag. */
const FEATURES = {
  exceptions: true,
  mutable_globals: true,
  sat_float_to_int: true,
  sign_extension: true,
  simd: true,
  multi_value: true,
  bulk_memory: true,
  reference_types: true,
  tail_call: true,
  extended_const: true,
  function_references: true,
  gc: true,
} as const;

/** What the engine's own modules take more: metering does not know of it, and wabt cannot validate it. */
const ENGINE_FEATURES = { ...FEATURES, multi_memory: true } as const;

/** The binary of a text file; throws what is wrong with it. `name`: the file's, in messages. */
export async function assembleWat(file: string, name: string): Promise<Uint8Array> {
  const parsed = await parse(file, name, FEATURES);
  parsed.validate();
  return binaryOf(parsed);
}

async function parse(file: string, name: string, features: typeof FEATURES) {
  const { default: load } = await import("wabt");
  const wabt = await load();
  const parsed = wabt.parseWat(name, await readFile(file, "utf8"), features);
  parsed.resolveNames();
  return parsed;
}

function binaryOf(parsed: Awaited<ReturnType<typeof parse>>): Uint8Array {
  const { buffer } = parsed.toBinary({ write_debug_names: true });
  parsed.destroy();
  return new Uint8Array(buffer);
}

/** The binary of a module of the engine's own, from the cache if it is there. */
export async function assembledOnce(file: string, cacheFolder: string): Promise<Uint8Array> {
  const root = path.dirname(file);
  const flags = [JSON.stringify(ENGINE_FEATURES)];
  const parts = { language: "engine", version: wabtVersion(), flags, finish: [] };
  const key = cacheKey({ ...parts, root, inputs: [file] }, new FileHashes());
  const cached = await readCached(cacheFolder, key);
  if (cached !== undefined) return cached.wasm;
  const wasm = binaryOf(await parse(file, path.basename(file), ENGINE_FEATURES));
  await writeCached(cacheFolder, key, { wasm, warnings: "" });
  return wasm;
}

function wabtVersion(): string {
  return `wabt ${versionOf("wabt")}`;
}

export const wat: Compiler<"wat"> = {
  find: () => Promise.resolve(tool("wabt", wabtVersion())),
  inputs: ({ entry }) => [entry],
  flags: () => [JSON.stringify(FEATURES)],

  compile: async ({ entry }, _tool, job) => {
    try {
      return { ok: true, wasm: await assembleWat(entry, path.relative(job.root, entry)), warnings: "" };
    } catch (error) {
      return { ok: false, diagnostics: String(error instanceof Error ? error.message : error).trim() };
    }
  },
};

export const wasm: Compiler<"wasm"> = {
  find: () => Promise.resolve(tool("", "")),
  inputs: ({ entry }) => [entry],
  flags: () => [],
  compile: async ({ entry }) => ({ ok: true, wasm: new Uint8Array(await readFile(entry)), warnings: "" }),
};
