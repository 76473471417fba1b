/** `npm run bench`: measures the figures beside their references, prints a table and writes JSON. */
import path from "node:path";
import { Command, Option } from "commander";
import { BENCH_FOLDER } from "./applications.ts";
import { namesOf, positiveInteger } from "./arguments.ts";
import { FIGURES } from "./figures/all.ts";
import type { Figure, Pace } from "./measurement.ts";
import { tableOf } from "./report.ts";
import { machine, warnIfBusy, writeJson } from "./report-file.ts";
import { runFigure, type FigureResult } from "./run-figures.ts";
import { hasTmpfs, STORAGES, type Storage } from "./stage.ts";
import { Stages } from "./stages.ts";

interface Options {
  readonly only: readonly Figure[];
  readonly rounds?: number;
  readonly storage: Storage | "both";
  readonly quick?: true;
  readonly json: string;
}

const USUAL: Pace = { rounds: 5, figureMs: 1_500, referenceMs: 400, crowd: 300 };
/** Says that the bench works, not how fast anything is. */
const QUICK: Pace = { rounds: 1, figureMs: 150, referenceMs: 50, crowd: 20 };

async function bench(options: Options): Promise<number> {
  const usual = options.quick === true ? QUICK : USUAL;
  const pace = options.rounds === undefined ? usual : { ...usual, rounds: options.rounds };
  const results: FigureResult[] = [];
  warnIfBusy();
  for (const storage of storagesOf(options.storage)) {
    results.push(...(await runFigures(options.only, storage, pace)));
  }
  process.stdout.write(`${tableOf(results)}\n`);
  writeJson(options.json, { at: new Date().toISOString(), machine: machine(), pace, figures: results });
  return results.every(({ ok }) => ok) ? 0 : 1;
}

async function runFigures(figures: readonly Figure[], storage: Storage, pace: Pace): Promise<FigureResult[]> {
  const stages = new Stages(storage, pace.crowd);
  const results: FigureResult[] = [];
  try {
    for (const figure of figures) {
      const obstacle = figure.obstacle?.();
      process.stderr.write(`${storage}: ${figure.title} ...${obstacle ? ` not on this machine: ${obstacle}` : ""}\n`);
      if (obstacle !== undefined) continue;
      const result = await runFigure(figure, { storage, pace, shared: stages.shared, fresh: stages.fresh });
      if (!result.ok) await stages.stop();
      results.push(result);
    }
  } finally {
    await stages.stop();
  }
  return results;
}

function storagesOf(asked: Storage | "both"): readonly Storage[] {
  const storages = asked === "both" ? STORAGES : [asked];
  if (hasTmpfs()) return storages;
  process.stderr.write("This machine has no /dev/shm, so nothing is measured on tmpfs.\n");
  return storages.filter((storage) => storage !== "tmpfs");
}

const program = new Command("bench")
  .description("Measures the runtime beside bare Durable Objects in the same process.")
  .addOption(
    new Option("--only <names>", "figures to measure, with commas between")
      .argParser(namesOf(FIGURES))
      .default(FIGURES, "all"),
  )
  .option("--rounds <number>", "how often each figure is measured", positiveInteger)
  .addOption(new Option("--storage <where>", "where state is kept").choices([...STORAGES, "both"]).default("both"))
  .option("--quick", "one short round of each: says that the bench works, not how fast anything is")
  .option("--json <file>", "where the results go", path.join(BENCH_FOLDER, "results.json"))
  .addHelpText(
    "after",
    () => `\nFigures:\n${FIGURES.map(({ name, title }) => `  ${name.padEnd(24)} ${title}`).join("\n")}`,
  );

process.exitCode = await bench(program.parse().opts<Options>());
