/**
 * Bundles of this package's own code, which are the same for all applications: kept in memory, and with the compiled modules.
 *
 * Invariants
 * 1. What is kept is taken only if all that went into it, and what made it, is as it was, byte by byte.
 * 2. It is one file, which appears whole, so builds may share a cache.
 */
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { BuildOptions, Plugin } from "esbuild";
import { z } from "zod";
import type { FileHashes } from "../compile/file-hashes.ts";
import { writeWhole } from "../compile/whole-file.ts";
import { PACKAGE_FOLDER, packageFile } from "../package.ts";
import { BUNDLE_OPTIONS, bundlerText } from "./bundle-options.ts";

const bundleSchema = z.object({
  /** The bundler's version and what it was asked for. */
  maker: z.string(),
  /** The hashes of files, as seen from this package's folder. */
  inputs: z.record(z.string(), z.string()),
  code: z.string(),
  /** The source map, if one was asked for. */
  map: z.string(),
});
export type KeptBundle = z.output<typeof bundleSchema>;

export interface BundleOrder {
  readonly entry: string;
  /** The name of the bundle, as its source map has it. */
  readonly name: string;
  /** What is asked for beside BUNDLE_OPTIONS; `external` is added to those. */
  readonly options: Pick<BuildOptions, "external" | "minify" | "sourcemap">;
  /** The texts of modules that are no files, by the names that they are imported by. */
  readonly written: Readonly<Record<string, string>>;
}

/** By the names of the bundles. */
const inMemory = new Map<string, KeptBundle>();

export async function keptBundle(order: BundleOrder, cacheFolder: string, hashes: FileHashes): Promise<KeptBundle> {
  const file = path.join(cacheFolder, `${order.name}.json`);
  const ifCurrent = (kept: KeptBundle | undefined) =>
    kept !== undefined && isCurrent(kept, order, hashes) ? kept : undefined;
  const bundle =
    ifCurrent(inMemory.get(order.name)) ?? ifCurrent(await read(file)) ?? (await makeAndKeep(order, file, hashes));
  inMemory.set(order.name, bundle);
  return bundle;
}

function isCurrent({ maker, inputs }: KeptBundle, order: BundleOrder, hashes: FileHashes): boolean {
  const files = Object.entries(inputs);
  return maker === makerOf(order) && files.every(([file, hash]) => hashes.ifThere(fileOf(file)) === hash);
}

async function read(file: string): Promise<KeptBundle | undefined> {
  try {
    return bundleSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}

async function makeAndKeep(order: BundleOrder, file: string, hashes: FileHashes): Promise<KeptBundle> {
  const made = await make(order, hashes);
  await mkdir(path.dirname(file), { recursive: true });
  await writeWhole(file, JSON.stringify(made));
  return made;
}

async function make(order: BundleOrder, hashes: FileHashes): Promise<KeptBundle> {
  const { entry, name, options, written } = order;
  const { build } = await import("esbuild");
  const { metafile, outputFiles } = await build({
    ...BUNDLE_OPTIONS,
    mainFields: [...BUNDLE_OPTIONS.mainFields],
    conditions: [...BUNDLE_OPTIONS.conditions],
    ...options,
    external: [...BUNDLE_OPTIONS.external, ...(options.external ?? [])],
    entryPoints: [entry],
    // So the names of sources are as seen from this package's folder, wherever the bundle is put.
    outfile: packageFile(`${name}.js`),
    write: false,
    absWorkingDir: PACKAGE_FOLDER,
    metafile: true,
    plugins: [pluginFor(written)],
  });
  const textOf = (end: string) => outputFiles.find((file) => file.path.endsWith(end))?.text ?? "";
  const files = Object.keys(metafile.inputs).filter((file) => !file.startsWith(`${NAMESPACE}:`));
  const inputs = Object.fromEntries(files.map((file) => [file, hashes.of(fileOf(file))]));
  return { maker: makerOf(order), inputs, code: textOf(".js"), map: textOf(".map") };
}

/** In front of the names of modules that are no files. */
const NAMESPACE = "written";

function pluginFor(written: BundleOrder["written"]): Plugin {
  return {
    name: NAMESPACE,
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path: name }) =>
        Object.hasOwn(written, name) ? { path: name, namespace: NAMESPACE } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path: name }) => ({ contents: written[name] ?? "" }));
    },
  };
}

function makerOf({ options, written }: BundleOrder): string {
  return JSON.stringify([bundlerText(), options, written]);
}

function fileOf(input: string): string {
  return path.resolve(PACKAGE_FOLDER, input);
}
