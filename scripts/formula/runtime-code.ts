/**
 * The bundled code that all runtimes' Workers have in common: all but what an application brings, which stands in front of it as
 * `APPLICATION`. It is kept with the compiled modules, so that a Worker whose application changed is soon made.
 *
 * Invariants
 * 1. What is kept is taken only if all that went into it, and what made it, is as it was, byte by byte.
 * 2. It is one file, which appears whole, so builds may share a cache.
 */
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Plugin } from "esbuild";
import { z } from "zod";
import type { FileHashes } from "../compile/file-hashes.ts";
import { writeWhole } from "../compile/whole-file.ts";
import { PACKAGE_FOLDER, packageFile } from "../package.ts";
import { BUNDLE_OPTIONS, bundlerText } from "./bundle-options.ts";

/** What the code finds the application in: a name that nothing else in it has. */
export const APPLICATION = "RADON_APPLICATION";
/** What `radon:application` exports. */
export const EXPORTS = `export const { application, loadedAtomCode, trampoline, modules } = ${APPLICATION};`;
const VIRTUAL = "radon:application";
const FILE = "runtime-code.json";

const codeSchema = z.object({
  /** The bundler's version and what it was asked for. */
  maker: z.string(),
  /** The hashes of files, as seen from this package's folder. */
  inputs: z.record(z.string(), z.string()),
  code: z.string(),
  /** The source map. */
  map: z.string(),
});
export type RuntimeCode = z.output<typeof codeSchema>;

export async function runtimeCode(cacheFolder: string, hashes: FileHashes): Promise<RuntimeCode> {
  const file = path.join(cacheFolder, FILE);
  const kept = await read(file);
  if (kept !== undefined && isCurrent(kept, hashes)) return kept;
  const made = await bundled(hashes);
  await mkdir(cacheFolder, { recursive: true });
  await writeWhole(file, JSON.stringify(made));
  return made;
}

async function read(file: string): Promise<RuntimeCode | undefined> {
  try {
    return codeSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}

function isCurrent({ maker, inputs }: RuntimeCode, hashes: FileHashes): boolean {
  const files = Object.entries(inputs);
  return maker === bundlerText() && files.every(([file, hash]) => hashes.ifThere(fileOf(file)) === hash);
}

async function bundled(hashes: FileHashes): Promise<RuntimeCode> {
  const { build } = await import("esbuild");
  const { metafile, outputFiles } = await build({
    ...BUNDLE_OPTIONS,
    mainFields: [...BUNDLE_OPTIONS.mainFields],
    conditions: [...BUNDLE_OPTIONS.conditions],
    external: [...BUNDLE_OPTIONS.external],
    entryPoints: [packageFile("workers", "runtime.ts")],
    // So the names of sources are as seen from this package's folder, wherever the Worker is.
    outfile: packageFile("worker.js"),
    write: false,
    absWorkingDir: PACKAGE_FOLDER,
    metafile: true,
    plugins: [applicationPlugin],
  });
  const textOf = (end: string) => outputFiles.find((file) => file.path.endsWith(end))?.text ?? "";
  const files = Object.keys(metafile.inputs).filter((file) => !file.startsWith(VIRTUAL));
  const inputs = Object.fromEntries(files.map((file) => [file, hashes.of(fileOf(file))]));
  return { maker: bundlerText(), inputs, code: textOf(".js"), map: textOf(".map") };
}

function fileOf(input: string): string {
  return path.resolve(PACKAGE_FOLDER, input);
}

const applicationPlugin: Plugin = {
  name: VIRTUAL,
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${VIRTUAL}$`) }, () => ({ path: "application", namespace: VIRTUAL }));
    build.onLoad({ filter: /.*/, namespace: VIRTUAL }, () => ({ contents: EXPORTS }));
  },
};
