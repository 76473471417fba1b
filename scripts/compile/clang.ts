/** The clang of this machine: one with the WebAssembly target, a linker for it and, if the source includes it, C++'s library. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { missingTool, tool, type MissingTool, type SourceOf, type Tool } from "./compiler.ts";
import { isCpp } from "./source.ts";
import { answerOf, firstLine } from "./tool-answers.ts";

const VERSIONS = [22, 21, 20, 19, 18, 17, 16, 15, 14] as const;

/** C++'s own headers have no extension; radon.hpp includes them. */
const LIBRARY_HEADER = /^\s*#\s*include\s*<(?:radon\.hpp|[a-z_]+)>/m;

const REMEDY =
  "Install clang with lld: on Debian 12 `apt install clang-14 lld-14 wasi-libc libclang-rt-14-dev-wasm32`, for C++ `libc++-14-dev-wasm32 libc++abi-14-dev-wasm32` as well; on macOS `brew install llvm lld wasi-libc`; or the wasi-sdk.";

/** `files`: all that the source is made of, headers too. */
export async function findClang(source: SourceOf<"c">, files: readonly string[]): Promise<Tool | MissingTool> {
  const name = source.files.some(isCpp) ? "clang++" : "clang";
  const needsLibrary = source.files.some(isCpp) && files.some(includesLibrary);
  let missing = missingTool(`There is no ${name}.`, REMEDY);
  for (const command of commandsOf(name)) {
    const version = await firstLine(command, ["--version"]);
    if (version === undefined) continue;
    const found = await withTarget(command, version);
    if (found.kind === "tool" && (!needsLibrary || (await hasLibrary(found)))) return found;
    missing = found.kind === "missing" ? found : withoutLibrary(command, version);
  }
  return missing;
}

function commandsOf(name: string): string[] {
  const ofSdk = process.env["WASI_SDK_PATH"];
  const commands = [name, ...VERSIONS.map((version) => `${name}-${version}`)];
  return ofSdk === undefined ? commands : [path.join(ofSdk, "bin", name), ...commands];
}

async function withTarget(command: string, version: string): Promise<Tool | MissingTool> {
  const targets = await answerOf(command, ["--print-targets"]);
  if (targets?.includes("wasm32") !== true) return missingTool(`${command} has no WebAssembly target.`, REMEDY);
  const linker = await linkerOf(command);
  if (linker === undefined)
    return missingTool(`${command} finds no wasm-ld, the linker for WebAssembly (package lld).`, REMEDY);
  return tool(command, version, [...linker, ...(await targetArgs(command))]);
}

function includesLibrary(file: string): boolean {
  return existsSync(file) && LIBRARY_HEADER.test(readFileSync(file, "utf8"));
}

/**
 * True if the compiler finds a header of the library. Its standard input is empty: a program of nothing but that header. Newer compilers
 * refuse options of the linker where nothing is linked.
 */
async function hasLibrary({ command, args }: Tool): Promise<boolean> {
  const target = args.filter((each) => each.startsWith("--target="));
  const program = ["-fsyntax-only", "-xc++", "-std=c++20", "-include", "cstddef", "-"];
  return (await answerOf(command, [...target, ...program])) !== undefined;
}

function withoutLibrary(command: string, version: string): MissingTool {
  const major = /version (\d+)/.exec(version)?.[1] ?? "14";
  return missingTool(
    `${command} finds no libc++ for WebAssembly, the library that the C++ source includes.`,
    `Install it: on Debian \`apt install libc++-${major}-dev-wasm32 libc++abi-${major}-dev-wasm32 wasi-libc\`, or set WASI_SDK_PATH to a wasi-sdk, which brings it.`,
  );
}

/** Debian names the linker by version too; clang only looks for the bare name. */
async function linkerOf(command: string): Promise<string[] | undefined> {
  const found = await firstLine(command, ["-print-prog-name=wasm-ld"]);
  if (found !== undefined && path.isAbsolute(found) && existsSync(found)) return [];
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

/** The name that compilers have for WASI, and the one that they had before. */
const WASI_TARGETS = ["wasm32-wasip1", "wasm32-wasi"] as const;

/** wasi-libc is there if the compiler finds its start file for reactors. */
async function targetArgs(command: string): Promise<string[]> {
  for (const name of WASI_TARGETS) {
    const target = `--target=${name}`;
    const start = await firstLine(command, [target, "-print-file-name=crt1-reactor.o"]);
    if (start !== undefined && path.isAbsolute(start) && existsSync(start)) return [target, "-mexec-model=reactor"];
  }
  return ["--target=wasm32", "-ffreestanding", "-nostdlib", "-Wl,--no-entry"];
}
