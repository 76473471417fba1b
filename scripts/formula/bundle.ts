/**
 * Writes what a runtime's Worker is made of: the generated module that stands for `radon:application`, the compiled modules
 * beside it (one file each, however many atoms use it), and the Worker, which is that module and the code of all runtimes in one.
 */
import { existsSync, statSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Application } from "../../durable/core/application.ts";
import type { RuntimeName } from "../../durable/core/names.ts";
import type { CompiledModule } from "../compile/compile-modules.ts";
import type { FileHashes } from "../compile/file-hashes.ts";
import { assembledOnce } from "../compile/wat.ts";
import { packageFile } from "../package.ts";
import { bundlerText } from "./bundle-options.ts";
import { isCurrent, writeStamp } from "./bundle-stamp.ts";
import { APPLICATION, EXPORTS, type RuntimeCode } from "./runtime-code.ts";

const GENERATED = "application.js";
export const WORKER = "worker.js";
/** The engine's own modules, by their name in the code; a Worker may not compile at run time. */
const ENGINE = { trampoline: "trampoline", fastPath: "fast-path" } as const;
const engineFiles = Object.values(ENGINE).map((name) => ({
  name: `${name}.wasm`,
  source: packageFile("durable", "engine", `${name}.wat`),
}));

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

export interface WrittenApplication {
  readonly folder: string;
  /** The generated module without its exports. */
  readonly prelude: string;
  /** As in `RuntimeBundle`. */
  readonly wasm: readonly string[];
}

/** Writes the generated module and the wasm files; the folder holds nothing else afterwards but what bundling adds. */
export async function writeApplication(
  folder: string,
  application: Application,
  compiled: readonly CompiledModule[],
  cacheFolder: string,
  loadedAtomCode: string | null,
): Promise<WrittenApplication> {
  const used = new Set(
    application.atoms.filter((atom) => atom.runtime === application.runtime).map((atom) => atom.module),
  );
  const modules = compiled.filter((module) => used.has(module.name));
  await mkdir(folder, { recursive: true });
  const files = new Map(modules.map((module) => [wasmName(module), module.wasm]));
  await Promise.all([...files].map(([name, wasm]) => writeOnce(path.join(folder, name), wasm)));
  for (const { name, source } of engineFiles)
    await writeFile(path.join(folder, name), await assembledOnce(source, cacheFolder));
  const prelude = preludeOf(application, modules, loadedAtomCode);
  await writeFile(path.join(folder, GENERATED), `${prelude}${EXPORTS}\n`);
  const kept = new Set([...files.keys(), ...engineFiles.map(({ name }) => name)]);
  const stale = (await readdir(folder)).filter((name) => name.endsWith(".wasm") && !kept.has(name));
  await Promise.all(stale.map((name) => rm(path.join(folder, name))));
  return { folder, prelude, wasm: [...kept].map((name) => path.join(folder, name)) };
}

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

/**
 * What a Worker has in front of the code of all runtimes. Modules of one content are one module, which the isolate has once, whatever
 * they are called.
 */
function preludeOf(
  application: Application,
  modules: readonly CompiledModule[],
  loadedAtomCode: string | null,
): string {
  const files = [...new Set(modules.map(wasmName))];
  const imports = files.map((file, index) => `import radonModule${index} from "./${file}";`);
  const entries = modules.map(
    (module) => `    ${JSON.stringify(module.name)}: radonModule${files.indexOf(wasmName(module))},`,
  );
  return [
    "// Written by radon from the application's formula.toml; changes to this file are lost.",
    ...imports,
    ...Object.entries(ENGINE).map(([key, name]) => `import radonEngine_${key} from "./${name}.wasm";`),
    `const ${APPLICATION} = {`,
    `  application: ${JSON.stringify(application, null, 2)},`,
    `  loadedAtomCode: ${JSON.stringify(loadedAtomCode)},`,
    `  engine: { ${Object.keys(ENGINE)
      .map((key) => `${key}: radonEngine_${key}`)
      .join(", ")} },`,
    "  modules: {",
    ...entries,
    "  },",
    "};",
    "",
  ].join("\n");
}

/** Makes the Worker of a runtime whose application was written into `folder`, unless that was done already. */
export async function writeWorker(
  { folder, prelude }: WrittenApplication,
  hashes: FileHashes,
  runtimeCode: () => Promise<RuntimeCode>,
): Promise<string> {
  const worker = path.join(folder, WORKER);
  const stamp = { folder, maker: bundlerText(), hashes };
  if (isCurrent(stamp)) return worker;
  const { code, map, inputs } = await runtimeCode();
  await writeFile(worker, prelude + code);
  await writeFile(`${worker}.map`, movedDown(map, prelude.split("\n").length - 1));
  writeStamp(stamp, [...Object.keys(inputs), path.join(folder, GENERATED)], [WORKER, `${WORKER}.map`]);
  return worker;
}

/** The source map of code that so many lines come in front of. */
function movedDown(map: string, lines: number): string {
  return map.replace('"mappings": "', (start) => start + ";".repeat(lines));
}
