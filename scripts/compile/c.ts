/** C and C++, by a clang that has the WebAssembly target: with wasi-libc where it is installed, freestanding where it is not. */
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { packageFile } from "../package.ts";
import { missingTool, tool, type Compiler, type Job, type MissingTool, type SourceOf, type Tool } from "./compiler.ts";
import { withoutDebugSections } from "./debug-sections.ts";
import { runTool, type ToolRun } from "./run-tool.ts";
import { isCpp } from "./source.ts";
import { filesBelow, filesReached } from "./source-files.ts";
import { answerOf, firstLine } from "./tool-answers.ts";

const VERSIONS = [22, 21, 20, 19, 18, 17, 16, 15, 14] as const;
const HEADERS = packageFile("atoms", "sdk", "c");
/** Of a program, which is run for what it does, and exports nothing. */
const MAIN = /^[ \t]*(?:int|auto)[ \t]+main[ \t]*\(/m;
const REFERENCES = /^\s*#\s*include\s*"([^"]+)"/gm;

const REMEDY =
  "Install clang with lld: on Debian and Ubuntu `apt install clang lld wasi-libc`, on macOS `brew install llvm lld wasi-libc`, or the wasi-sdk.";

export const c: Compiler<"c"> = {
  find: (source) => findClang(source),

  inputs: ({ files, folder }) => {
    const reached = files.flatMap((file) => filesReached(file, REFERENCES, (target) => [target]));
    const own = folder === undefined ? [] : filesBelow(folder);
    const headers = existsSync(HEADERS) ? filesBelow(HEADERS) : [];
    return [...new Set([...reached, ...own, ...headers])];
  },

  flags: (source) => [...languageArgs(source), ...linkArgs(source)],

  compile: async (source, found, job) => {
    const objects = await Promise.all(
      source.files.map((file, index) => compileFile({ source, file, index }, found, job)),
    );
    const said = objects.map(({ stderr }) => stderr.trim()).filter((text) => text !== "");
    if (objects.some(({ code }) => code !== 0)) return { ok: false, diagnostics: said.join("\n") };
    const out = path.join(job.scratch, "atom.wasm");
    const options = [...found.args, ...linkArgs(source), ...objects.map(({ object }) => object), "-o", out];
    const link = await runTool(found.command, options, { cwd: job.root, env: found.env, signal: job.signal });
    if (link.code !== 0) return { ok: false, diagnostics: [...said, link.stderr.trim()].join("\n") };
    return { ok: true, wasm: withoutDebugSections(await readFile(out)), warnings: said.join("\n") };
  },
};

/** A stack that runs over leaves the memory at its start, rather than to write over the data. */
const LINK_ARGS = ["-Wl,--stack-first", "-Wl,-z,stack-size=262144"] as const;

/** A program is entered by its `main`; told last, that wins over the model of the target. */
function linkArgs({ files }: SourceOf<"c">): string[] {
  const isProgram = files.some((file) => MAIN.test(readFileSync(file, "utf8")));
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
): Promise<ToolRun & { object: string }> {
  const object = path.join(job.scratch, `${index}.o`);
  const colours = job.colours ? "-fcolor-diagnostics" : "-fno-color-diagnostics";
  const options = [
    ...found.args,
    colours,
    ...languageArgs(source),
    ...COMPILE_ARGS,
    path.relative(job.root, file),
    "-o",
    object,
  ];
  const run = await runTool(found.command, options, { cwd: job.root, env: found.env, signal: job.signal });
  return { ...run, object };
}

/** What the target asks of the linker stands among the arguments of both. */
const COMPILE_ARGS = ["-c", "-Wno-unused-command-line-argument"] as const;

function languageArgs({ files }: SourceOf<"c">): string[] {
  const language = files.some(isCpp) ? ["-fno-exceptions", "-std=c++20"] : ["-std=c17"];
  const headers = existsSync(HEADERS) ? ["-I", HEADERS] : [];
  return ["-O2", "-Wall", ...language, ...headers];
}

async function findClang(source: SourceOf<"c">): Promise<Tool | MissingTool> {
  const name = source.files.some(isCpp) ? "clang++" : "clang";
  const ofSdk = process.env["WASI_SDK_PATH"];
  const commands = [
    ...(ofSdk === undefined ? [] : [path.join(ofSdk, "bin", name)]),
    ...[name, ...VERSIONS.map((version) => `${name}-${version}`)],
  ];
  let reason = `There is no ${name}.`;
  for (const command of commands) {
    const version = await firstLine(command, ["--version"]);
    if (version === undefined) continue;
    const targets = await answerOf(command, ["--print-targets"]);
    const linker = await linkerOf(command);
    if (targets?.includes("wasm32") !== true) reason = `${command} has no WebAssembly target.`;
    else if (linker === undefined) reason = `${command} finds no wasm-ld, the linker for WebAssembly (package lld).`;
    else return withTarget(command, version, linker);
  }
  return missingTool(reason, REMEDY);
}

async function withTarget(command: string, version: string, linker: readonly string[]): Promise<Tool> {
  return tool(command, version, [...linker, ...(await targetArgs(command))]);
}

/** Debian names the linker by version too; clang only looks for the bare name. */
async function linkerOf(command: string): Promise<string[] | undefined> {
  const found = await firstLine(command, ["-print-prog-name=wasm-ld"]);
  if (found !== undefined && path.isAbsolute(found)) return [];
  const suffix = /-\d+$/.exec(command)?.[0] ?? "";
  const names = ["wasm-ld", `wasm-ld${suffix}`, ...VERSIONS.map((version) => `wasm-ld-${version}`)];
  for (const name of names) {
    const at = (process.env["PATH"] ?? "")
      .split(path.delimiter)
      .map((folder: string) => path.join(folder, name))
      .find(existsSync);
    if (at !== undefined) return [`-fuse-ld=${at}`];
  }
  return undefined;
}

/** wasi-libc is there if the compiler finds its start file for reactors. */
async function targetArgs(command: string): Promise<string[]> {
  const wasi = ["--target=wasm32-wasi"];
  const start = await firstLine(command, [...wasi, "-print-file-name=crt1-reactor.o"]);
  const hasLibc = start !== undefined && path.isAbsolute(start) && existsSync(start);
  return hasLibc
    ? [...wasi, "-mexec-model=reactor"]
    : ["--target=wasm32", "-ffreestanding", "-nostdlib", "-Wl,--no-entry"];
}
