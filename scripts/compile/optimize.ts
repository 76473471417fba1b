/**
 * Makes what compilers without an optimizer for WebAssembly have built smaller, by binaryen. It comes before metering, which
 * counts the code that is left, and in builds for deployment only: it takes longer than most compilers do.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { packageOf, versionOf } from "../package.ts";
import { BINARYEN_ARGS } from "./binaryen.ts";
import type { Compiled, Job } from "./compiler.ts";
import { runTool } from "./run-tool.ts";
import type { Source } from "./source.ts";
import { isValidWasm } from "./wasm-module.ts";

/**
 * For size: clang's and rustc's own passes have been over the code, and V8's follow, so those for speed gain nothing more.
 * Names stay, for the texts of traps. The features are those that V8 runs.
 */
const ARGS: readonly string[] = [
  ...["-Os", "-g", "--enable-bulk-memory", "--enable-sign-ext", "--enable-nontrapping-float-to-int"],
  ...["--enable-mutable-globals", "--enable-multivalue", "--enable-reference-types", "--enable-simd"],
  ...["--enable-tail-call", "--enable-exception-handling", "--enable-extended-const"],
  // Code that stands in two places would be made one, with the name and the lines of either.
  ...["--skip-pass=code-folding", "--skip-pass=duplicate-function-elimination"],
];

/** Part of the cache's key. */
export const OPTIMIZER_VERSION = JSON.stringify([versionOf("binaryen"), ARGS]);

/** AssemblyScript's compiler runs binaryen itself; what is written by hand, or built already, is taken as it is. */
const BY_DEFAULT: Readonly<Record<Source["kind"], boolean>> = {
  assemblyscript: false,
  wat: false,
  wasm: false,
  c: true,
  rust: true,
  zig: true,
  command: true,
};

export function isOptimizedByDefault({ kind }: Source): boolean {
  return BY_DEFAULT[kind];
}

/** What the optimizer refuses is left as it was, with a warning; what is no valid module, without. */
export async function optimized(compiled: Compiled, job: Job): Promise<Compiled> {
  if (!compiled.ok || !isValidWasm(compiled.wasm)) return compiled;
  const from = path.join(job.scratch, "compiled.wasm");
  const to = path.join(job.scratch, "optimized.wasm");
  const { CarriedLines } = await import("./lines/carried-lines.ts");
  const carried = compiled.lines && new CarriedLines(compiled.wasm, compiled.lines);
  await writeFile(from, carried?.wasm ?? compiled.wasm);
  if (carried) await writeFile(`${from}.map`, carried.map);
  const optimizer = path.join(packageOf("binaryen"), "bin", "wasm-opt");
  const maps = carried ? ["--input-source-map", `${from}.map`, "--output-source-map", `${to}.map`] : [];
  const options = [...BINARYEN_ARGS, optimizer, from, "-o", to, ...(carried?.args ?? []), ...ARGS, ...maps];
  const run = await runTool(process.execPath, options, { signal: job.signal });
  if (run.code === 0) {
    const wasm = new Uint8Array(await readFile(to));
    return { ...compiled, wasm, ...carried?.back(wasm, await readFile(`${to}.map`, "utf8")) };
  }
  const warning = `It is not optimized, because binaryen refuses it: ${run.stderr.trim()}`;
  return { ...compiled, warnings: [compiled.warnings, warning].filter((each) => each !== "").join("\n") };
}
