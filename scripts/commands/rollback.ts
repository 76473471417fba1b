/**
 * `radon rollback`: puts the runtimes of an application back to a version that was deployed before. It needs no sources, and of the
 * formula only where the runtimes are.
 */
import path from "node:path";
import { didYouMean } from "../../durable/core/suggest.ts";
import type { RuntimeName } from "../../durable/core/names.ts";
import { confirm } from "../deploy/confirm.ts";
import { openDeployedTargets } from "../deploy/open-targets.ts";
import { planTroubles } from "../deploy/plan-text.ts";
import { chooseVersion, type Choice, type Move } from "../deploy/rollback/choose.ts";
import { findPlaces } from "../deploy/rollback/find-places.ts";
import type { PlaceHistory } from "../deploy/rollback/history.ts";
import { planRollback } from "../deploy/rollback/plan-rollback.ts";
import { rollbackSteps } from "../deploy/rollback/rollback-steps.ts";
import { rollbackJson, rollbackText, type RollbackText } from "../deploy/rollback/rollback-text.ts";
import { findObstacles, runSteps } from "../deploy/run-steps.ts";
import { readSecrets, TOKEN } from "../deploy/secrets.ts";
import type { Reached, Target } from "../deploy/target.ts";
import type { Formula } from "../formula/formula.ts";
import { loadFormula } from "../formula/load.ts";
import { problemJson } from "../formula/problems.ts";
import { Console } from "../terminal/console.ts";
import { CommandError, EXIT } from "./exit-codes.ts";
import { watchForInterruption, type Interruption } from "./interruption.ts";
import type { RollbackCommandOptions } from "./rollback-options.ts";
import { finishDryRun, questionOf, summary, tellNext } from "./rollback-report.ts";
import { printJson, tellEnd, tellObstacles } from "./steps-report.ts";

export async function rollbackCommand(options: RollbackCommandOptions): Promise<number> {
  const console = new Console(options.json === true);
  const interruption = watchForInterruption();
  const from = { environment: process.env, only: "runtimes" } as const;
  const { formula, problems } = loadFormula(path.resolve(options.config), from);
  console.problems(problems);
  if (formula === undefined) {
    if (options.json === true) printJson({ ok: false, problems: problems.map(problemJson) });
    return EXIT.input;
  }
  const targets = openDeployedTargets(formula, process.env);
  const on = chosenRuntimes(formula, options.on);
  const run = {
    formula,
    on,
    targets,
    options,
    console,
    interruption,
    token: readSecrets(process.env, undefined).get(TOKEN),
  };
  try {
    return await rollBack(run, new Date().toISOString());
  } finally {
    for (const target of targets) await target.close?.();
  }
}

interface Run {
  readonly formula: Formula;
  readonly on: ReadonlySet<RuntimeName>;
  readonly targets: readonly Target[];
  readonly options: RollbackCommandOptions;
  readonly console: Console;
  readonly interruption: Interruption;
  readonly token: string | undefined;
}

function chosenRuntimes({ runtimes }: Formula, named: readonly string[] | undefined): ReadonlySet<RuntimeName> {
  const names = runtimes.map(({ name }) => name);
  const wrong = named?.find((name) => names.every((each) => each !== name));
  if (wrong !== undefined) {
    const message = `There is no runtime "${wrong}".${didYouMean(wrong, names)} Runtimes: ${names.join(", ")}.`;
    throw new CommandError(message, EXIT.usage);
  }
  return new Set(names.filter((name) => named === undefined || named.includes(name)));
}

async function rollBack(run: Run, at: string): Promise<number> {
  const { formula, options, interruption, console } = run;
  const ending = { ...run, json: options.json === true, about: { app: formula.app } };
  const found = await askPlaces(run);
  if ("obstacles" in found) return tellObstacles(found.obstacles, ending);
  const choice = chooseVersion(found.places, options.to);
  if (!choice.ok && options.to !== undefined) throw new CommandError(choice.reason, EXIT.usage);
  if (!choice.ok) return tellObstacles([choice.reason], ending);
  const moves = choice.moves.filter(({ place }) => run.on.has(place.runtime));
  const hindrances = await hindrancesOf(moves, run);
  if (hindrances.length > 0) return tellObstacles(hindrances, ending);
  const text = await tellPlan(choice, found.places, run);
  const about = { ...ending.about, ...rollbackJson(text) };
  if (options.dryRun === true) return finishDryRun(found.places, { ...ending, about });
  if (moves.some(({ from, to }) => from?.id !== to.id)) await confirm(questionOf(text), options.yes === true);
  const end = await runSteps(
    rollbackSteps({
      ...run,
      moves,
      restore: ({ place, to }) => targetOf(place.runtime, run).past.restore(place, to, at),
      reach: (runtime) => reach(runtime, run),
      waitMs: options.wait * 1000,
      healthCheck: options.healthCheck,
    }),
    console,
    interruption.signal,
  );
  if (end.failed === undefined && !ending.json) process.stdout.write(`${summary(moves)}\n`);
  const exitCode = tellEnd(end, { ...ending, about });
  tellNext(choice, end.failed, console, options.config);
  return exitCode;
}

/** What every target tells of the past of its runtimes, or why the rollback cannot begin. */
async function askPlaces(
  run: Run,
): Promise<{ readonly places: readonly PlaceHistory[] } | { readonly obstacles: readonly string[] }> {
  const { formula, targets, console, interruption, token, options } = run;
  const { signal } = interruption;
  if (token === undefined && options.dryRun !== true)
    return {
      obstacles: [`Set ${TOKEN}, the token that the runtimes were deployed with: by it radon starts them again.`],
    };
  const obstacles = await findObstacles(targets, console, signal);
  if (obstacles.length > 0) return { obstacles };
  console.status("asking what was deployed ...");
  const told = await findPlaces(formula, targets, signal);
  console.status("");
  if (!told.ok) return { obstacles: [told.reason] };
  return told.places.length === 0 ? { obstacles: [`Nothing of ${formula.app} is deployed.`] } : told;
}

async function hindrancesOf(moves: readonly Move[], run: Run): Promise<string[]> {
  const asked = moves.map(({ place, to }) =>
    targetOf(place.runtime, run).past.hindrance(place, to.id, run.interruption.signal),
  );
  return (await Promise.all(asked)).flatMap((hindrance) => hindrance ?? []);
}

async function tellPlan(choice: Choice, places: readonly PlaceHistory[], run: Run): Promise<RollbackText> {
  const { formula, on, console, token, interruption } = run;
  const { signal } = interruption;
  const plan = await planRollback({
    ...{ app: formula.app, choice, on, places, token, signal },
    builtAs: (place, id) => targetOf(place.runtime, run).past.builtAs(place, id, signal),
    reach: (runtime) => reach(runtime, run),
  });
  for (const trouble of planTroubles(plan)) console.warn(`warning: ${trouble}`);
  const text = { app: formula.app, choice, on, plan };
  console.warn(`${rollbackText(text)}\n`);
  return text;
}

function targetOf(runtime: RuntimeName, { formula, targets }: Run): Target {
  const spec = formula.runtimes.find(({ name }) => name === runtime);
  const target = targets.find(({ name }) => name === spec?.target);
  if (target === undefined) throw new Error(`No target runs ${runtime}.`);
  return target;
}

function reach(runtime: RuntimeName, run: Run): Promise<Reached> {
  return targetOf(runtime, run).reach(runtime);
}
