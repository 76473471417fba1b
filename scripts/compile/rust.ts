/** Rust, by the cargo of the machine, for the first WebAssembly target whose standard library is installed. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { missingTool, tool, type Compiler, type MissingTool, type SourceOf, type Tool } from "./compiler.ts";
import { dependenciesIn } from "./dependency-file.ts";
import { runTool } from "./run-tool.ts";
import { withFunctionNames } from "./function-names.ts";
import { flagsFor, flagsOfEnvironment, pathNames } from "./rust-flags.ts";
import { demangled } from "./rust-names.ts";
import { rustSources } from "./rust-sources.ts";
import { firstLine } from "./tool-answers.ts";

const TARGETS = ["wasm32-unknown-unknown", "wasm32-wasip1", "wasm32-wasi"] as const;
const REMEDY =
  "Install the target: `rustup target add wasm32-unknown-unknown`, or on Debian `apt install cargo libstd-rust-dev-wasm32`.";

/** The toolchain on the PATH, then Debian's, which another one may hide. */
const TOOLCHAINS = [
  { cargo: "cargo", rustc: "rustc", env: {} },
  { cargo: "/usr/bin/cargo", rustc: "/usr/bin/rustc", env: { PATH: "/usr/bin:/bin", RUSTC: "/usr/bin/rustc" } },
] as const;

/** Lines, and which functions were inlined; a profile of the crate's own may ask for more, which nothing reads. */
const LINES = { CARGO_PROFILE_RELEASE_DEBUG: "1" } as const;

export const rust: Compiler<"rust"> = {
  find: findCargo,
  inputs: ({ folder }) => rustSources(folder),
  flags: ({ folder }, { root }) => {
    const names = pathNames(folder, root).map(({ to }) => to);
    return ["--release", "readable names", JSON.stringify(LINES), ...names, ...(flagsOfEnvironment() ?? [])];
  },

  compile: async (source, found, job) => {
    const { command, args, env, target = "" } = found;
    const flags = flagsFor(target, source.folder, pathNames(source.folder, job.root));
    const built = path.join(job.keep, "cargo");
    const options = ["build", "--release", "--quiet", "--message-format=json-render-diagnostics", ...args];
    const colours = `--color=${job.colours ? "always" : "never"}`;
    const run = await runTool(command, [...options, colours, ...flags.args], {
      cwd: source.folder,
      env: { ...env, ...LINES, ...flags.env, CARGO_TARGET_DIR: built },
      signal: job.signal,
    });
    if (run.code !== 0) return { ok: false, diagnostics: withAdvice(run.stderr.trim()) };
    const file = builtFile(run.stdout);
    if (file === undefined)
      return {
        ok: false,
        diagnostics: `${source.entry}: cargo built no .wasm file; add [lib] with crate-type = ["cdylib"].`,
      };
    return {
      ok: true,
      wasm: withFunctionNames(await readFile(file), demangled),
      warnings: run.stderr.trim(),
      used: [...librariesOf(found), ...readFor(file, built)],
    };
  },
};

/** The SDK, and whatever else a crate takes by path from there, is npm's to bring. */
function withAdvice(said: string): string {
  const [, missing] = /failed to read `([^`]*[\\/]node_modules)[\\/]/.exec(said) ?? [];
  if (missing === undefined) return said;
  return `What the crate takes from ${missing} is not there yet: run npm install first.\n${said}`;
}

/** The standard library's. */
function librariesOf({ libraries = "" }: Tool): string[] {
  return globSync("*.rlib", { cwd: libraries }).map((name) => path.join(libraries, name));
}

/** What cargo says that the file was made from, without what the build itself has made. */
function readFor(file: string, built: string): string[] {
  const told = file.replace(/\.wasm$/, ".d");
  const files = existsSync(told) ? dependenciesIn(readFileSync(told, "utf8")) : [];
  return files.filter((each) => path.isAbsolute(each) && !each.startsWith(built + path.sep));
}

async function findCargo(_source: SourceOf<"rust">): Promise<Tool | MissingTool> {
  let reason = "There is no cargo.";
  for (const { cargo, rustc, env } of TOOLCHAINS) {
    const version = await firstLine(rustc, ["--version"], env);
    if (version === undefined || (await firstLine(cargo, ["--version"], env)) === undefined) continue;
    const found = await installedTarget(rustc, env);
    if (found !== undefined) {
      const { target } = found;
      return { ...tool(cargo, `${version} ${target}`, ["--target", target], env), ...found };
    }
    reason = `${version} has no WebAssembly target.`;
  }
  return missingTool(reason, REMEDY);
}

async function installedTarget(
  rustc: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly target: string; readonly libraries: string } | undefined> {
  for (const target of TARGETS) {
    const libraries = await firstLine(rustc, ["--print", "target-libdir", "--target", target], env);
    if (libraries !== undefined && existsSync(libraries)) return { target, libraries };
  }
  return undefined;
}

const artifactSchema = z.object({ reason: z.literal("compiler-artifact"), filenames: z.array(z.string()) });

/** The .wasm file of the last artifact that cargo reports. */
function builtFile(messages: string): string | undefined {
  return messages
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .flatMap((line) => artifactSchema.safeParse(JSON.parse(line)).data?.filenames ?? [])
    .findLast((file) => file.endsWith(".wasm"));
}
