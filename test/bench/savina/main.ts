/** `npm run bench:savina`: messages a second of the Savina benchmarks as atoms, as bare Durable Objects and in Erlang. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Command, Option } from "commander";
import { table } from "../../../scripts/terminal/table.ts";
import { BENCH_FOLDER, build } from "../applications.ts";
import { namesOf, positiveInteger, positiveNumber } from "../arguments.ts";
import { spreadOf } from "../ratio.ts";
import { referenceWorker } from "../reference-worker.ts";
import { hasTmpfs, startStage, STORAGES, type Stage, type Storage } from "../stage.ts";
import { BENCHMARKS, type Benchmark } from "./benchmarks.ts";
import { atomsOf, CONTENDERS, perSecond, prepareErlang, run, RUNTIMES, type Contender } from "./contenders.ts";

interface Options {
  readonly only: readonly Benchmark[];
  readonly rounds: number;
  readonly scale: number;
  readonly storage: Storage;
  readonly json: string;
}

type Rates = Partial<Record<Contender, number[]>>;

/** With this part of the work everything is warm. */
const WARM_UP = 0.1;

async function savina(options: Options): Promise<void> {
  const erlang = prepareErlang();
  if (!erlang) process.stderr.write("There is no Erlang (erl, erlc) on this machine: its column stays empty.\n");
  const contenders = CONTENDERS.filter((contender) => erlang || contender !== "Erlang");
  const results: { readonly benchmark: Benchmark; readonly rates: Rates }[] = [];
  for (const benchmark of options.only) {
    process.stderr.write(`${benchmark.name} ...\n`);
    results.push({ benchmark, rates: await measure(benchmark, contenders, options) });
  }
  const rows = results.map(({ benchmark, rates }) => [benchmark.name, ...cells(rates)]);
  process.stdout.write(`${table(["messages/s", ...CONTENDERS, "atoms/objects"], rows)}\n`);
  const benchmarks = results.map(({ benchmark, rates }) => ({ name: benchmark.name, rates }));
  mkdirSync(path.dirname(path.resolve(options.json)), { recursive: true });
  writeFileSync(options.json, `${JSON.stringify({ at: new Date().toISOString(), benchmarks }, null, 2)}\n`);
}

/** Each round has a process of its own, in which the contenders take turns. */
async function measure(
  benchmark: Benchmark,
  contenders: readonly Contender[],
  { rounds, scale, storage }: Options,
): Promise<Rates> {
  const rates: Rates = {};
  const each = benchmark.warm ? wholeRounds(benchmark, benchmark.each * scale) : benchmark.each;
  const workers = await build(`savina-${benchmark.name}`, RUNTIMES, atomsOf(benchmark));
  const entry = path.join(import.meta.dirname, "reference/worker.ts");
  for (let round = 0; round < rounds; round += 1) {
    const stage = await startStage([...workers, await referenceWorker(entry, { ACTOR: "Actor" })], storage);
    try {
      for (const contender of contenders) {
        (rates[contender] ??= []).push(await runWarm(contender, benchmark, each, stage));
      }
    } finally {
      await stage.stop();
    }
  }
  return rates;
}

async function runWarm(contender: Contender, benchmark: Benchmark, each: number, stage: Stage): Promise<number> {
  if (benchmark.warm) await run(contender, benchmark, wholeRounds(benchmark, each * WARM_UP), stage);
  return perSecond(await run(contender, benchmark, each, stage));
}

/** A ring's token has to come back to where it started. */
function wholeRounds({ name, actors }: Benchmark, each: number): number {
  return name === "thread-ring" ? Math.max(1, Math.round(each / actors)) * actors : Math.max(1, Math.round(each));
}

function cells(rates: Rates): string[] {
  const medians = CONTENDERS.map((contender) => rates[contender] && spreadOf(rates[contender]).median);
  const [atoms, , objects] = medians;
  const ratio = atoms !== undefined && objects !== undefined ? (atoms / objects).toFixed(1) : "";
  return [...medians.map((rate) => (rate === undefined ? "" : Math.round(rate).toLocaleString("en-US"))), ratio];
}

const program = new Command("bench:savina")
  .description("Runs benchmarks of the Savina actor suite as atoms, as bare Durable Objects and in Erlang.")
  .addOption(
    new Option("--only <names>", "benchmarks to run, with commas between")
      .argParser(namesOf(BENCHMARKS))
      .default(BENCHMARKS, "all"),
  )
  .option("--rounds <number>", "how often each is run", positiveInteger, 3)
  .option("--scale <number>", "how much more of the same each does", positiveNumber, 1)
  .addOption(
    new Option("--storage <where>", "where state is kept").choices(STORAGES).default(hasTmpfs() ? "tmpfs" : "disk"),
  )
  .option("--json <file>", "where the results go", path.join(BENCH_FOLDER, "savina.json"))
  .addHelpText("after", () => `\nBenchmarks: ${BENCHMARKS.map(({ name }) => name).join(", ")}`);

await savina(program.parse().opts<Options>());
