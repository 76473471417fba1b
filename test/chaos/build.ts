/** Builds the bank once a run: its atoms, the Worker of each runtime, and the faulty entry that stands in front of it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build as bundle } from "esbuild";
import { buildFormula } from "../../scripts/formula/build.ts";
import { WORKER, type RuntimeBundle } from "../../scripts/formula/bundle.ts";
import { loadFormula } from "../../scripts/formula/load.ts";
import type { Formula } from "../../scripts/formula/formula.ts";
import { bankFormula, type Bank } from "./bank.ts";

const root = join(import.meta.dirname, "../..");
const FORMULA = "formula.toml";
const BUNDLES = "bundles.json";
const ENTRY = "faulty-worker.js";

/** Writes everything that `serve.ts` needs into `folder`. */
export async function buildBank(folder: string, bank: Bank): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, FORMULA), bankFormula(bank));
  const { ok, runtimes, problems, modules } = await buildFormula(bankIn(folder), {
    folders: {
      cache: join(root, ".radon/cache"),
      work: join(folder, "work"),
      build: join(folder, "build"),
      data: join(folder, "data"),
    },
    development: true,
    situation: "one process",
    bundle: true,
    signal: new AbortController().signal,
  });
  if (!ok) throw new Error(`The bank was not built: ${JSON.stringify({ problems, modules })}`);
  for (const runtime of runtimes) await bundleEntry(runtime);
  writeFileSync(join(folder, BUNDLES), JSON.stringify(runtimes));
}

/** The formula of a run's folder. */
export function bankIn(folder: string): Formula {
  const { formula, problems } = loadFormula(join(folder, FORMULA), { environment: {} });
  if (!formula) throw new Error(`The bank's formula is wrong: ${JSON.stringify(problems)}`);
  return formula;
}

/** The entry imports the Worker that was built, and is no part of it. */
async function bundleEntry({ folder }: RuntimeBundle): Promise<void> {
  await bundle({
    entryPoints: [join(import.meta.dirname, "faulty-worker.ts")],
    outfile: join(folder, ENTRY),
    bundle: true,
    format: "esm",
    target: "es2024",
    logLevel: "silent",
    plugins: [
      {
        name: "the built Worker",
        setup: (build) =>
          build.onResolve({ filter: /\/workers\/runtime\.ts$/ }, () => ({ path: `./${WORKER}`, external: true })),
      },
    ],
  });
}

export const bundlesFile = (folder: string): string => join(folder, BUNDLES);
export const entryFile = (folder: string): string => join(folder, ENTRY);
