/**
 * `npm run sim`: runs seeds one after the other, and stops at the first that fails, which it shrinks.
 * Exit codes: 0 every run was right, 1 one was not, 2 the command line is wrong.
 */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { PLANTED_BUGS, withBug } from "./planted-bugs.ts";
import { shrink } from "./shrink.ts";
import { simulate, type SimulationOptions, type Verdict } from "./simulate.ts";

const SHRINK_RUNS_MAX = 400;
const TRACE_LINES_MAX = 150;
const PROGRESS_EVERY_MS = 2_000;

interface CommandOptions {
  readonly seed: number;
  readonly runs: number;
  readonly atoms?: number;
  readonly steps?: number;
  readonly keep?: readonly number[];
  readonly bug?: string;
  readonly trace?: true;
  readonly verbose?: true;
  readonly shrink: boolean;
}

function count(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError("It takes a whole number, 0 or more.");
}

function counts(text: string): number[] {
  return text.split(",").map(count);
}

function bug(text: string): string {
  if (PLANTED_BUGS.some(({ name }) => name === text)) return text;
  throw new InvalidArgumentError(
    `There is no such bug. There are: ${PLANTED_BUGS.map(({ name }) => name).join(", ")}.`,
  );
}

function command(): Command {
  return new Command("sim")
    .description("Runs the runtime's own code under simulated faults, each run a function of its seed, and checks it.")
    .option("-s, --seed <number>", "the first seed", count, 1)
    .option("-r, --runs <number>", "how many seeds, one after the other", count, 1_000)
    .option("-a, --atoms <number>", "how many atoms a run has (default: 3 to 7, by the seed)", count)
    .option("--steps <number>", "how many actions from outside a run has, faults among them (default: 40)", count)
    .option(
      "--keep <items>",
      "run these items of the plan only, comma-separated, as a shrunk failure names them",
      counts,
    )
    .option("--bug <name>", "plant this bug in the runtime first", bug)
    .option("--trace", "print what happens, of a single run")
    .option("-v, --verbose", "print a line a run")
    .option("--no-shrink", "do not look for a smaller failure")
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      `\nExamples:\n  npm run sim -- --seed 1 --runs 5000\n  npm run sim -- --seed 42 --runs 1 --trace\n  npm run sim -- --bug lost-wake-up\n
Exit codes: 0 every run was right, 1 one was not, 2 the command line is wrong.`,
    );
}

/** What a run is called again with. */
function optionsOf({ atoms, steps, keep }: CommandOptions, seed: number): SimulationOptions {
  return { seed, atoms, steps, keep };
}

async function runAll(options: CommandOptions): Promise<number> {
  const startMs = performance.now();
  let saidAtMs = startMs;
  let events = 0;
  for (let run = 0; run < options.runs; run += 1) {
    const seed = options.seed + run;
    const verdict = await simulate({
      ...optionsOf(options, seed),
      trace: options.trace === true && options.runs === 1,
    });
    events += verdict.events;
    for (const line of verdict.lines) say(line);
    if (options.verbose)
      say(`seed ${seed}: ${verdict.events} events, ${verdict.messages} messages, trace ${verdict.hash}`);
    if (verdict.violations.length > 0) return report(options, seed, verdict);
    if (performance.now() - saidAtMs < PROGRESS_EVERY_MS) continue;
    saidAtMs = performance.now();
    process.stderr.write(`${run + 1} of ${options.runs} runs, ${rate(run + 1, startMs)} runs a minute\n`);
  }
  say(
    `${options.runs} runs from seed ${options.seed} were right: ${events} events, ${rate(options.runs, startMs)} runs a minute.`,
  );
  return 0;
}

function rate(runs: number, startMs: number): number {
  return Math.round((runs * 60_000) / (performance.now() - startMs));
}

async function report(options: CommandOptions, seed: number, verdict: Verdict): Promise<number> {
  say(`Seed ${seed} fails:`);
  for (const violation of verdict.violations) say(`  ${violation}`);
  if (!options.shrink || options.keep) return 1;
  const again = optionsOf(options, seed);
  process.stderr.write("Shrinking ...\n");
  const fails = async (keep: readonly number[]) => (await simulate({ ...again, keep })).violations.length > 0;
  const { keep, runs } = await shrink(verdict.plan.itemCount, fails, SHRINK_RUNS_MAX);
  const smallest = await simulate({ ...again, keep, trace: true });
  say(`\nShrunk from ${verdict.plan.itemCount} items to ${keep.length} in ${runs} runs. Its trace:`);
  for (const line of untilViolated(smallest.lines)) say(`  ${line}`);
  const shown = Object.entries({ seed, atoms: options.atoms, steps: options.steps, keep: `[${keep.join(", ")}]` })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}`);
  say(`\nTo keep it as a test, mend the runtime and add to test/simulation/regressions.test.ts:`);
  say(`  { name: "${smallest.violations[0]}", ${shown.join(", ")} },`);
  return 1;
}

/** What comes after the violation explains nothing. */
function untilViolated(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) => line.includes("VIOLATED"));
  return lines.slice(Math.max(0, end - TRACE_LINES_MAX), end + 1);
}

/** The console is silent while a run lasts. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<number> {
  const program = command();
  try {
    program.parse();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const options = program.opts<CommandOptions>();
  return options.bug === undefined ? runAll(options) : withBug(options.bug, () => runAll(options));
}

process.exitCode = await main();
