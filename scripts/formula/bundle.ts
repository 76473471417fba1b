/**
 * Writes what a runtime's Worker is made of: the generated module that stands for `radon:application`, the compiled modules
 * beside it (one file each, however many atoms use it), and the Worker bundled with them.
 */
import { existsSync, statSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Plugin } from "esbuild";
import type { Application } from "../../durable/core/application.ts";
import type { RuntimeName } from "../../durable/core/names.ts";
import type { CompiledModule } from "../compile/compile-modules.ts";
import type { FileHashes } from "../compile/file-hashes.ts";
import { assembledOnce } from "../compile/wat.ts";
import { PACKAGE_FOLDER, packageFile } from "../package.ts";
import { BUNDLE_OPTIONS, bundlerText } from "./bundle-options.ts";
import { isCurrent, writeStamp } from "./bundle-stamp.ts";

const GENERATED = "application.js";
export const WORKER = "worker.js";
const TRAMPOLINE = "trampoline.wasm";
const VIRTUAL = "radon:application";

export interface RuntimeBundle {
  readonly runtime: RuntimeName;
  /** Short for all that the Worker was made from. */
  readonly version: string;
  readonly folder: string;
  /** The bundled Worker, as an absolute path. */
  readonly worker: string;
  /** Its WebAssembly files, as absolute paths. */
  readonly wasm: readonly string[];
  /** True if atoms can be loaded into it, so that it needs the platform's loader. */
  readonly loads?: boolean;
}

/** Writes the generated module and the wasm files; the folder holds nothing else afterwards but what bundling adds. */
export async function writeApplication(
  folder: string,
  application: Application,
  compiled: readonly CompiledModule[],
  cacheFolder: string,
  loadedAtomCode: string | null,
): Promise<string[]> {
  const used = new Set(
    application.atoms.filter((atom) => atom.runtime === application.runtime).map((atom) => atom.module),
  );
  const modules = compiled.filter((module) => used.has(module.name));
  await mkdir(folder, { recursive: true });
  const files = new Map(modules.map((module) => [wasmName(module), module.wasm]));
  await Promise.all([...files].map(([name, wasm]) => writeOnce(path.join(folder, name), wasm)));
  await writeFile(path.join(folder, TRAMPOLINE), await assembledOnce(TRAMPOLINE_SOURCE, cacheFolder));
  await writeFile(path.join(folder, GENERATED), generated(application, modules, loadedAtomCode));
  const kept = new Set([...files.keys(), TRAMPOLINE]);
  const stale = (await readdir(folder)).filter((name) => name.endsWith(".wasm") && !kept.has(name));
  await Promise.all(stale.map((name) => rm(path.join(folder, name))));
  return [...kept].map((name) => path.join(folder, name));
}

/** The engine's own module: a Worker may not compile at run time. */
const TRAMPOLINE_SOURCE = packageFile("durable", "engine", "trampoline.wat");

/** A file whose name tells its content: one that is there is the same. */
async function writeOnce(file: string, content: Uint8Array): Promise<void> {
  if (existsSync(file) && statSync(file).size === content.length) return;
  const aside = `${file}.part`;
  await writeFile(aside, content);
  await rename(aside, file);
}

/** Modules of one content share a file. */
function wasmName({ hash }: CompiledModule): string {
  return `${hash.slice(0, 32)}.wasm`;
}

/** Modules of one content are one module, which the isolate has once, whatever they are called. */
function generated(
  application: Application,
  modules: readonly CompiledModule[],
  loadedAtomCode: string | null,
): string {
  const files = [...new Set(modules.map(wasmName))];
  const imports = files.map((file, index) => `import module${index} from "./${file}";`);
  const entries = modules.map(
    (module) => `  ${JSON.stringify(module.name)}: module${files.indexOf(wasmName(module))},`,
  );
  return [
    "// Written by radon from the application's formula.toml; changes to this file are lost.",
    ...imports,
    `import trampoline from "./${TRAMPOLINE}";`,
    `export const application = ${JSON.stringify(application, null, 2)};`,
    `export const loadedAtomCode = ${JSON.stringify(loadedAtomCode)};`,
    "export { trampoline };",
    "export const modules = {",
    ...entries,
    "};",
    "",
  ].join("\n");
}

/** Bundles the Worker of a runtime whose generated module is in `folder`, unless that was done already. */
export async function bundleWorker(folder: string, hashes: FileHashes): Promise<string> {
  const outfile = path.join(folder, WORKER);
  const maker = bundlerText();
  if (isCurrent({ folder, maker, hashes })) return outfile;
  const { build } = await import("esbuild");
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    mainFields: [...BUNDLE_OPTIONS.mainFields],
    conditions: [...BUNDLE_OPTIONS.conditions],
    external: [...BUNDLE_OPTIONS.external],
    entryPoints: [packageFile("workers", "runtime.ts")],
    outfile,
    absWorkingDir: PACKAGE_FOLDER,
    metafile: true,
    plugins: [applicationPlugin(path.join(folder, GENERATED))],
  });
  writeStamp({ folder, maker, hashes }, Object.keys(metafile.inputs), [WORKER, `${WORKER}.map`]);
  return outfile;
}

function applicationPlugin(file: string): Plugin {
  return {
    name: VIRTUAL,
    setup(build) {
      build.onResolve({ filter: new RegExp(`^${VIRTUAL}$`) }, () => ({ path: file }));
      build.onResolve({ filter: /\.wasm$/ }, (args) => ({ path: args.path, external: true }));
    },
  };
}
