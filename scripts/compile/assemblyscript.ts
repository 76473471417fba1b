/** AssemblyScript: the compiler comes with this package, and so does the SDK that atoms import as "radon-as". */
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { packageFile, versionOf } from "../package.ts";
import { runAsc } from "./asc-processes.ts";
import { tool, type Compiler, type Job, type SourceOf } from "./compiler.ts";
import { filesBelow, filesReached } from "./source-files.ts";

const SDK = packageFile("atoms", "sdk", "assemblyscript");
/** Keeps the frames that a trap is to show, which source maps know nothing of. */
const KEEP_CALLS = packageFile("scripts", "compile", "assemblyscript-calls.mjs");

/** `import ... from "./x"`, `export ... from "./x"` and `import "./x"`. */
const REFERENCES = /(?:\bfrom|\bimport)\s*["'](\.[^"']*)["']/g;

export const assemblyscript: Compiler<"assemblyscript"> = {
  find: () => Promise.resolve(tool("asc", `assemblyscript ${versionOf("assemblyscript")}`)),

  inputs: ({ entry, folder }) => {
    const reached = filesReached(entry, REFERENCES, (target) => [
      `${target}.ts`,
      path.join(target, "index.ts"),
      target,
    ]);
    const own = folder === undefined ? [] : filesBelow(folder);
    const sdk = [...filesBelow(path.join(SDK, "radon-as")), path.join(SDK, "asconfig.json")];
    return [...new Set([...reached, ...own, ...sdk, KEEP_CALLS])];
  },

  flags: (source, job) => [...sourceArgs(source, job), JSON.stringify(sdkOptions())],

  compile: async (source, _tool, job) => {
    const out = path.join(job.scratch, "atom.wasm");
    const traceable = ["--sourceMap", "--transform", KEEP_CALLS];
    const run = await runAsc({
      args: [...sourceArgs(source, job), ...configArgs(source), ...traceable, "--outFile", out],
      cwd: job.root,
      colours: job.colours,
      signal: job.signal,
      plain: ownConfig(source) === undefined,
    });
    if (run.code !== 0) return { ok: false, diagnostics: (run.stderr + run.stdout).trim() };
    const wasm = new Uint8Array(await readFile(out));
    const { linesOfMap } = await import("./lines/source-map.ts");
    const lines = linesOfMap(await readFile(`${out}.map`, "utf8"), wasm, ownFile(baseOf(source, job), job));
    return { ok: true, wasm, lines, warnings: run.stderr.trim(), used: run.used };
  },
};

/** The entry relative to the root: asc puts that path into the names of functions, so it must be the same on every machine. */
function sourceArgs(source: SourceOf<"assemblyscript">, job: Job): string[] {
  const base = baseOf(source, job);
  const entry = path.relative(base, source.entry).replaceAll(path.sep, "/");
  return [entry, "--baseDir", path.relative(job.root, base) || "."];
}

function baseOf({ entry }: SourceOf<"assemblyscript">, { root }: Job): string {
  const relative = path.relative(root, entry);
  const isBelow = !relative.startsWith("..") && !path.isAbsolute(relative);
  return isBelow ? root : path.dirname(path.dirname(entry));
}

/** What asc calls its own library and those that are imported by name; the source itself goes by paths below the base. */
const LIBRARY = "~lib/";

/** The name of a source relative to the root, where asc has it relative to the base. */
function ownFile(base: string, { root }: Job): (source: string) => string | undefined {
  return (source) =>
    source.startsWith(LIBRARY) ? undefined : path.relative(root, path.join(base, source)).replaceAll(path.sep, "/");
}

/** A folder's own asconfig.json wins over the SDK's options, except that the SDK stays importable. */
function configArgs(source: SourceOf<"assemblyscript">): string[] {
  const own = ownConfig(source);
  if (own === undefined) return ["--config", path.join(SDK, "asconfig.json")];
  const set = readConfig(own).options ?? {};
  const missing = Object.entries(sdkOptions()).filter(([option]) => option !== "path" && !Object.hasOwn(set, option));
  const paths = [
    SDK,
    ...[set["path"]]
      .flat()
      .filter((each) => typeof each === "string")
      .map((each) => path.resolve(path.dirname(own), each)),
  ];
  return ["--config", own, "--path", paths.join(","), ...missing.flatMap(optionArgs)];
}

function ownConfig({ folder }: SourceOf<"assemblyscript">): string | undefined {
  const own = folder === undefined ? undefined : path.join(folder, "asconfig.json");
  return own !== undefined && existsSync(own) ? own : undefined;
}

function optionArgs([option, value]: [string, unknown]): string[] {
  if (value === true) return [`--${option}`];
  return value === false ? [] : [`--${option}`, String(value)];
}

const configSchema = z.looseObject({ options: z.record(z.string(), z.unknown()).optional() });

function readConfig(file: string): z.output<typeof configSchema> {
  return configSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

function sdkOptions(): Record<string, unknown> {
  return readConfig(path.join(SDK, "asconfig.json")).options ?? {};
}
