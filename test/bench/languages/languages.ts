/** The languages: each is a folder of sources, which hold one atom that does all that is measured. */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { compileModules } from "../../../scripts/compile/compile-modules.ts";
import { detectSource, isSource } from "../../../scripts/compile/source.ts";
import { BENCH_FOLDER, build, type Workers } from "../applications.ts";

/** As for a deployment. */
const OPTIMIZED = true;
const SOURCES = path.join(import.meta.dirname, "atoms");

export interface Language {
  /** The folder's name; so is its runtime called. */
  readonly name: string;
  readonly folder: string;
}

export const LANGUAGES: readonly Language[] = readdirSync(SOURCES)
  .map((name) => ({ name, folder: path.join(SOURCES, name) }))
  .filter(({ folder }) => statSync(folder).isDirectory());

export type BuiltLanguage =
  | { readonly kind: "built"; readonly name: string; readonly workers: Workers; readonly bytes: number }
  /** It cannot be measured here; why is a sentence. */
  | { readonly kind: "skipped"; readonly name: string; readonly why: string }
  | { readonly kind: "failed"; readonly name: string; readonly why: string };

/** An application of one runtime: whom an asker asks, the same atom without metering, and the asker. */
export async function buildLanguage({ name, folder }: Language): Promise<BuiltLanguage> {
  const compiled = await compile(name, folder);
  if (compiled.kind !== "built") return compiled;
  const source = folder;
  const workers = await build(
    applicationOf(name),
    [name],
    [
      { name: "subject", source },
      { name: "unmetered", source, metering: false },
      { name: "asker", source: "asker.wat" },
    ],
    OPTIMIZED,
  );
  return { ...compiled, workers };
}

/** Tells a compiler that is missing from a source that is wrong, before anything else is built. */
async function compile(name: string, folder: string): Promise<BuiltLanguage> {
  const source = detectSource(folder);
  if (!isSource(source)) return { kind: "failed", name, why: `${source.message} ${source.remedy}` };
  const place = { kind: "file", file: folder, line: 1, column: 1 } as const;
  // Both ways that are measured, from one run of the compiler; `build` then finds them in the cache.
  const ways = [true, false].map((metered) => ({ name, source, metered, place }));
  const root = path.join(BENCH_FOLDER, applicationOf(name));
  const [result] = await compileModules(ways, {
    root,
    optimize: OPTIMIZED,
    cacheFolder: path.join(root, ".radon/cache"),
    workFolder: path.join(root, ".radon/work"),
  });
  if (result?.kind === "compiled") return { kind: "built", name, workers: [], bytes: result.wasm.length };
  if (result?.kind === "no toolchain") return { kind: "skipped", name, why: `${result.message} ${result.remedy}` };
  return { kind: "failed", name, why: result?.diagnostics ?? "Nothing was compiled." };
}

function applicationOf(language: string): string {
  return `languages-${language}`;
}
