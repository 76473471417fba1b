/**
 * Writes what a runtime's Worker is made of: the generated module that stands for `radon:application`, the compiled modules
 * beside it (one file each, however many atoms use it), and the Worker bundled with them.
 */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Plugin } from "esbuild";
import type { Application } from "../../durable/core/application.ts";
import type { CompiledModule } from "../compile/compile-modules.ts";
import { assembleWat } from "../compile/wat.ts";
import { packageFile } from "../package.ts";

const GENERATED = "application.js";
export const WORKER = "worker.js";
const TRAMPOLINE = "trampoline.wasm";
const VIRTUAL = "radon:application";

export interface RuntimeBundle {
  readonly runtime: string;
  readonly folder: string;
  /** The bundled Worker, as an absolute path. */
  readonly worker: string;
  /** Its WebAssembly files, as absolute paths. */
  readonly wasm: readonly string[];
}

/** Writes the generated module and the wasm files; the folder holds nothing else afterwards but what bundling adds. */
export async function writeApplication(
  folder: string,
  application: Application,
  compiled: readonly CompiledModule[],
): Promise<string[]> {
  const used = new Set(
    application.atoms.filter((atom) => atom.runtime === application.runtime).map((atom) => atom.module),
  );
  const modules = compiled.filter((module) => used.has(module.name));
  await mkdir(folder, { recursive: true });
  await Promise.all(modules.map((module) => writeFile(path.join(folder, wasmName(module)), module.wasm)));
  await writeFile(path.join(folder, TRAMPOLINE), await trampoline());
  await writeFile(path.join(folder, GENERATED), generated(application, modules));
  const kept = new Set([...modules.map(wasmName), TRAMPOLINE]);
  const stale = (await readdir(folder)).filter((name) => name.endsWith(".wasm") && !kept.has(name));
  await Promise.all(stale.map((name) => rm(path.join(folder, name))));
  return [...kept].map((name) => path.join(folder, name));
}

/** The engine's own module: a Worker may not compile at run time. */
function trampoline(): Promise<Uint8Array> {
  const name = "trampoline.wat";
  return assembleWat(packageFile("durable", "engine", name), name);
}

/** Modules of one content share a file. */
function wasmName({ hash }: CompiledModule): string {
  return `${hash.slice(0, 32)}.wasm`;
}

function generated(application: Application, modules: readonly CompiledModule[]): string {
  const imports = modules.map((module, index) => `import module${index} from "./${wasmName(module)}";`);
  const entries = modules.map((module, index) => `  ${JSON.stringify(module.name)}: module${index},`);
  return [
    "// Written by formula from the application's formula.toml; changes to this file are lost.",
    ...imports,
    `import trampoline from "./${TRAMPOLINE}";`,
    `export const application = ${JSON.stringify(application, null, 2)};`,
    "export { trampoline };",
    "export const modules = {",
    ...entries,
    "};",
    "",
  ].join("\n");
}

/** Bundles the Worker of a runtime whose generated module is in `folder`. */
export async function bundleWorker(folder: string): Promise<string> {
  const { build } = await import("esbuild");
  const outfile = path.join(folder, WORKER);
  await build({
    entryPoints: [packageFile("workers", "runtime.ts")],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2024",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    sourcemap: "linked",
    logLevel: "silent",
    plugins: [applicationPlugin(path.join(folder, GENERATED))],
  });
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
