/** `npm run bench:languages`: the same atom in each language, beside JavaScript in bare Durable Objects of the same process. */
import path from "node:path";
import { Command, Option } from "commander";
import { BENCH_FOLDER } from "../applications.ts";
import { namesOf, positiveInteger } from "../arguments.ts";
import type { Pace } from "../measurement.ts";
import { referenceWorker } from "../reference-worker.ts";
import { machine, warnIfBusy, writeJson } from "../report-file.ts";
import { runFigure, type FigureResult } from "../run-figures.ts";
import { hasTmpfs, startStage, STORAGES, type Stage, type Storage } from "../stage.ts";
import { figuresOf, type Sizes } from "./figures.ts";
import { buildLanguage, LANGUAGES, type BuiltLanguage, type Language } from "./languages.ts";
import { languageTable, type LanguageResult } from "./table.ts";

interface Options {
  readonly only: readonly Language[];
  readonly rounds?: number;
  readonly storage: Storage;
  readonly quick?: true;
  readonly json: string;
}

const USUAL = { pace: { rounds: 5, figureMs: 1_000, referenceMs: 400, crowd: 0 }, sizes: { puts: 4_000, kernel: 9 } };
/** Says that the bench works, not how fast anything is. */
const QUICK = { pace: { rounds: 1, figureMs: 100, referenceMs: 100, crowd: 0 }, sizes: { puts: 500, kernel: 7 } };

async function benchLanguages(options: Options): Promise<number> {
  const { pace: usual, sizes } = options.quick === true ? QUICK : USUAL;
  const pace = options.rounds === undefined ? usual : { ...usual, rounds: options.rounds };
  warnIfBusy();
  const built = await buildAll(options.only);
  const stage = await startAll(built, options.storage);
  try {
    const results = await measureAll(built, stage, pace, sizes);
    process.stdout.write(`${languageTable(results)}\n`);
    writeJson(options.json, {
      at: new Date().toISOString(),
      machine: machine(),
      storage: options.storage,
      pace,
      sizes,
      languages: results.map(jsonOf),
    });
    return results.every(isRight) ? 0 : 1;
  } finally {
    await stage.stop();
  }
}

/** One after the other: compilers use all the processors by themselves. */
async function buildAll(languages: readonly Language[]): Promise<BuiltLanguage[]> {
  const built: BuiltLanguage[] = [];
  for (const language of languages) {
    process.stderr.write(`building ${language.name} ...\n`);
    built.push(await buildLanguage(language));
  }
  return built;
}

async function startAll(built: readonly BuiltLanguage[], storage: Storage): Promise<Stage> {
  const entry = path.join(import.meta.dirname, "reference/worker.ts");
  const reference = await referenceWorker(entry, { PEER: "Peer", BARE: "Bare" });
  const workers = built.flatMap((language) => (language.kind === "built" ? language.workers : []));
  return startStage([...workers, reference], storage);
}

async function measureAll(
  built: readonly BuiltLanguage[],
  stage: Stage,
  pace: Pace,
  sizes: Sizes,
): Promise<LanguageResult[]> {
  const shared = () => Promise.resolve(stage);
  const bench = { storage: stage.storage, pace, shared, fresh: shared };
  const results: LanguageResult[] = [];
  for (const language of built) {
    const figures: FigureResult[] = [];
    for (const figure of language.kind === "built" ? figuresOf(language.name, sizes) : []) {
      process.stderr.write(`${figure.title} ...\n`);
      figures.push(await runFigure(figure, bench));
    }
    results.push({ language, figures });
  }
  return results;
}

function isRight({ language, figures }: LanguageResult): boolean {
  return language.kind !== "failed" && figures.every(({ ok }) => ok);
}

function jsonOf({ language, figures }: LanguageResult): Record<string, unknown> {
  if (language.kind !== "built") return { ...language };
  return { name: language.name, kind: language.kind, bytes: language.bytes, figures };
}

const program = new Command("bench:languages")
  .description(
    "Measures the same atom in each language beside JavaScript in a bare Durable Object of the same process.",
  )
  .addOption(
    new Option("--only <names>", "languages to measure, with commas between")
      .argParser(namesOf(LANGUAGES))
      .default(LANGUAGES, "all"),
  )
  .option("--rounds <number>", "how often each figure is measured", positiveInteger)
  .addOption(
    new Option("--storage <where>", "where state is kept").choices(STORAGES).default(hasTmpfs() ? "tmpfs" : "disk"),
  )
  .option("--quick", "one short round of each: says that the bench works, not how fast anything is")
  .option("--json <file>", "where the results go", path.join(BENCH_FOLDER, "languages.json"))
  .addHelpText("after", () => `\nLanguages: ${LANGUAGES.map(({ name }) => name).join(", ")}`);

process.exitCode = await benchLanguages(program.parse().opts<Options>());
