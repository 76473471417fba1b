/** C and C++, by the clang of this machine: with wasi-libc where it is installed, freestanding where it is not. */
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { packageFile } from "../package.ts";
import { findClang } from "./clang.ts";
import type { Compiler, Job, SourceOf, Tool } from "./compiler.ts";
import { dependenciesIn } from "./dependency-file.ts";
import { runTool, type ToolRun } from "./run-tool.ts";
import { isCpp } from "./source.ts";
import { filesBelow, filesReached } from "./source-files.ts";

/** The SDK's folders: what an atom includes as <radon.h> and, in C++, as <radon.hpp>. */
const C_SDK = packageFile("atoms", "sdk", "c");
const CPP_SDK = packageFile("atoms", "sdk", "cpp");

/** Of a program, which is run for what it does, and exports nothing. */
const MAIN = /^[ \t]*(?:int|auto)\s+main\s*\(/m;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*$/gm;
const REFERENCES = /^\s*#\s*include\s*"([^"]+)"/gm;

export const c: Compiler<"c"> = {
  find: (source) => findClang(source, ownFiles(source)),

  inputs: (source) => {
    const headers = sdkFolders(source).flatMap(filesBelow).filter(isHeader);
    return [...new Set([...ownFiles(source), ...headers])];
  },

  flags: (source) => [...source.files.flatMap((file) => languageArgs(source, file)), ...linkArgs(source)],

  compile: async (source, found, job) => {
    const objects = await Promise.all(
      source.files.map((file, index) => compileFile({ source, file, index }, found, job)),
    );
    const said = objects.map(({ stderr }) => withoutOldTarget(stderr)).filter((text) => text !== "");
    if (objects.some(({ code }) => code !== 0)) return { ok: false, diagnostics: said.join("\n") };
    const out = path.join(job.scratch, "atom.wasm");
    const files = objects.map(({ object }) => object);
    const options = [...found.args, ...linkArgs(source), "-Wl,--trace", ...files, "-o", out];
    const link = await runTool(found.command, options, { cwd: job.root, env: found.env, signal: job.signal });
    if (link.code !== 0) return { ok: false, diagnostics: [...said, bySource(link.stderr, objects, job)].join("\n") };
    const used = [...(await Promise.all(files.map((file) => readBy(file, job)))).flat(), ...linked(link.stdout, files)];
    return { ok: true, wasm: new Uint8Array(await readFile(out)), warnings: said.join("\n"), used };
  },
};

/** The source and all headers that an object file was made from, those of the system too. */
async function readBy(object: string, { root }: Job): Promise<string[]> {
  return dependenciesIn(await readFile(dependencyFile(object), "utf8")).map((file) => path.resolve(root, file));
}

function dependencyFile(object: string): string {
  return `${object}.d`;
}

/** What the linker says that it took: files, and members of libraries as `library(member)`. */
function linked(said: string, objects: readonly string[]): string[] {
  const files = said.split("\n").map((line) => line.trim().replace(/\([^()]*\)$/, ""));
  return files.filter((file) => path.isAbsolute(file) && !objects.includes(file)).map((file) => path.normalize(file));
}

/** What the linker says, with the source in the place of each object file, which is gone by the time that it is read. */
function bySource(said: string, objects: readonly { object: string; file: string }[], { root }: Job): string {
  const names = objects.map(({ object, file }) => [object, path.relative(root, file)] as const);
  return withoutOldTarget(names.reduce((text, [object, name]) => text.replaceAll(object, name), said));
}

/** A stack that runs over leaves the memory at its start, rather than to write over the data. */
const LINK_ARGS = ["-Wl,--stack-first", "-Wl,-z,stack-size=262144"] as const;

/** A program is entered by its `main`; told last, that wins over the model of the target. */
function linkArgs({ files }: SourceOf<"c">): string[] {
  const isProgram = files.some((file) => MAIN.test(readFileSync(file, "utf8").replace(COMMENT, "")));
  return [...LINK_ARGS, ...(isProgram ? ["-mexec-model=command"] : [])];
}

interface Unit {
  readonly source: SourceOf<"c">;
  readonly file: string;
  readonly index: number;
}

/** Apart from linking: a clang that optimizes while it links runs any wasm-opt that it finds, which drops the names. */
async function compileFile(
  { source, file, index }: Unit,
  found: Tool,
  job: Job,
): Promise<ToolRun & { object: string; file: string }> {
  const object = path.join(job.scratch, `${index}-${path.basename(file)}.o`);
  const colours = job.colours ? "-fcolor-diagnostics" : "-fno-color-diagnostics";
  const options = [...found.args.filter(isOfCompiler), colours, ...languageArgs(source, file)];
  const files = ["-c", path.relative(job.root, file), "-o", object, "-MD", "-MF", dependencyFile(object)];
  const run = await runTool(found.command, [...options, ...files], {
    cwd: job.root,
    env: found.env,
    signal: job.signal,
  });
  return { ...run, object, file };
}

/** Of the arguments of a target: newer compilers refuse those of the linker where nothing is linked. */
function isOfCompiler(arg: string): boolean {
  return arg.startsWith("--target=") || arg === "-ffreestanding";
}

/** A new compiler with the libraries of an old one says so once a file; the author of the atom did not choose the target. */
function withoutOldTarget(said: string): string {
  return said.replace(/^.*argument '--target=wasm32-wasi' is deprecated.*\n?/gm, "").trim();
}

/** A C file among C++ files is compiled as C, by the same compiler. */
function languageArgs(source: SourceOf<"c">, file: string): string[] {
  const language = isCpp(file) ? ["-xc++", "-fno-exceptions", "-std=c++20"] : ["-xc", "-std=c17"];
  return ["-O2", "-gline-tables-only", "-Wall", ...language, ...sdkFolders(source).map((folder) => `-I${folder}`)];
}

/** The source without the SDK. */
function ownFiles({ files, folder }: SourceOf<"c">): string[] {
  const reached = files.filter(existsSync).flatMap((file) => filesReached(file, REFERENCES, (target) => [target]));
  return [...reached, ...(folder === undefined ? [] : filesBelow(folder))];
}

function sdkFolders({ files }: SourceOf<"c">): string[] {
  return files.some(isCpp) ? [C_SDK, CPP_SDK] : [C_SDK];
}

function isHeader(file: string): boolean {
  return [".h", ".hpp"].includes(path.extname(file));
}
