/** `radon deploy`: builds the application and puts each runtime where its target says. */
import path from "node:path";
import { secretsOfRuntimes } from "../deploy/deployment-keys.ts";
import { confirm } from "../deploy/confirm.ts";
import { planDeployment } from "../deploy/deployment-plan.ts";
import { openTargets } from "../deploy/open-targets.ts";
import { lossesOf, questionOf, type Plan } from "../deploy/plan-against-deployed.ts";
import { changesJson, changesText, planTroubles } from "../deploy/plan-text.ts";
import { findObstacles, runSteps, type StepsEnd } from "../deploy/run-steps.ts";
import { readSecrets, TOKEN, tokenTrouble, type Secrets } from "../deploy/secrets.ts";
import { deploymentSteps } from "../deploy/sequence.ts";
import type { Target } from "../deploy/target.ts";
import { applicationVersion, versionNotes } from "../deploy/version-note.ts";
import { certificateWarnings } from "../deploy/workerd/certificate-warnings.ts";
import { buildFormula, type Build } from "../formula/build.ts";
import { foldersOf } from "../formula/folders.ts";
import type { Formula } from "../formula/formula.ts";
import { loadFormula } from "../formula/load.ts";
import { problemJson, type Problem } from "../formula/problems.ts";
import { buildProgress } from "../terminal/build-progress.ts";
import { Console } from "../terminal/console.ts";
import { exitCodeOf } from "./build.ts";
import { shipped, tellWayBack, whereTo } from "./deploy-report.ts";
import { EXIT } from "./exit-codes.ts";
import { watchForInterruption, type Interruption } from "./interruption.ts";
import { printJson, tellEnd, tellObstacles } from "./steps-report.ts";

export interface DeployCommandOptions {
  readonly config: string;
  readonly json?: true;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly secretsFile?: string;
  /** False with `--no-health-check`. */
  readonly healthCheck: boolean;
  /** Seconds. */
  readonly wait: number;
}

export async function deployCommand(options: DeployCommandOptions): Promise<number> {
  const console = new Console(options.json === true);
  const interruption = watchForInterruption();
  const { formula, problems } = loadFormula(path.resolve(options.config), { environment: process.env });
  if (formula === undefined) return refuse(options, console, problems, EXIT.input);
  const secrets = readSecrets(process.env, options.secretsFile);
  const wrong = options.dryRun === true ? undefined : tokenTrouble(secrets);
  if (wrong !== undefined)
    return tellObstacles([wrong], { console, interruption, json: options.json === true, about: { app: formula.app } });
  const build = await buildAll(formula, console, interruption);
  const all = [...problems, ...build.problems];
  if (interruption.signal.aborted) return interruption.exitCode();
  if (!build.ok) return refuse(options, console, all, exitCodeOf(build));
  console.problems(all);
  for (const warning of certificateWarnings(formula, new Date())) console.warn(`warning: ${warning}`);
  const ownSecrets = secretsOfRuntimes(formula, {
    environment: process.env,
    dryRun: options.dryRun === true,
    say: (line) => console.warn(line),
  });
  const notes = await versionNotes(build.applications);
  const application = applicationVersion(build.applications);
  const run = { formula, build, application, secrets, options, console, interruption };
  const parts = { bundles: build.runtimes, secrets, ownSecrets, notes };
  const targets = openTargets({ formula, ...parts, environment: process.env, at: new Date().toISOString() });
  try {
    return await (options.dryRun === true ? rehearse(run, targets) : deploy(run, targets));
  } finally {
    for (const target of targets) await target.close?.();
  }
}

interface Run {
  readonly formula: Formula;
  readonly build: Build;
  /** The version of the application. */
  readonly application: string;
  readonly secrets: Secrets;
  readonly options: DeployCommandOptions;
  readonly console: Console;
  readonly interruption: Interruption;
}

function buildAll(formula: Formula, console: Console, { signal }: Interruption): Promise<Build> {
  return buildFormula(formula, {
    folders: foldersOf(formula.home, formula.app, "build", process.env),
    development: false,
    situation: "deployed",
    bundle: true,
    optimize: true,
    colours: console.colours,
    signal,
    ...buildProgress(console, false),
  });
}

/** Tells what changes, and asks before state is left behind; a runtime that does not answer is no reason not to deploy it anew. */
async function agreeToLosses(
  { formula, build, secrets, options, console, interruption }: Run,
  targets: readonly Target[],
): Promise<Plan | undefined> {
  console.status("asking what is deployed ...");
  const { runtimes } = formula;
  const { applications } = build;
  const { signal } = interruption;
  const plan = await planDeployment({ runtimes, applications, targets, token: secrets.get(TOKEN), signal });
  console.status("");
  if (plan === undefined || signal.aborted) return undefined;
  for (const trouble of planTroubles(plan)) console.warn(`warning: ${trouble}`);
  const losses = lossesOf(plan);
  if (losses.length === 0) console.say(`${changesText(plan)}\n`);
  else console.warn(`${changesText(plan)}\n`);
  if (losses.length > 0) await confirm(questionOf(losses), options.yes === true);
  return plan;
}

async function rehearse(run: Run, targets: readonly Target[]): Promise<number> {
  const wrong = tokenTrouble(run.secrets);
  if (wrong !== undefined) run.console.warn(`A deployment would be refused as yet. ${wrong}`);
  const steps = targets.flatMap((target) => target.rehearse());
  const end = await runSteps(steps, run.console, run.interruption.signal);
  if (run.options.json !== true && end.failed === undefined)
    process.stdout.write(`${shipped(run.build)}\nNothing was deployed: this was a dry run.\n`);
  return finish(run, end);
}

async function deploy(run: Run, targets: readonly Target[]): Promise<number> {
  const { formula, build, secrets, options, console, interruption } = run;
  const obstacles = await findObstacles(targets, console, interruption.signal);
  if (obstacles.length > 0)
    return tellObstacles(obstacles, {
      console,
      interruption,
      json: options.json === true,
      about: { app: formula.app },
    });
  const plan = await agreeToLosses(run, targets);
  const steps = deploymentSteps({
    formula,
    bundles: build.runtimes,
    targets,
    token: secrets.get(TOKEN),
    waitMs: options.wait * 1000,
    healthCheck: options.healthCheck,
  });
  const end = await runSteps(steps, console, interruption.signal);
  if (options.json !== true && end.failed === undefined) process.stdout.write(`${await whereTo(formula, targets)}\n`);
  for (const { runtime } of plan?.runtimes.filter(({ kind }) => kind === "removed") ?? [])
    console.warn(`${runtime} is still deployed: radon destroy ${runtime} deletes it, with its state.`);
  const rollback = end.failed === undefined ? undefined : await tellWayBack(run, targets);
  return finish(run, end, { ...(plan && { plan: changesJson(plan) }), ...(rollback && { rollback }) });
}

function finish(
  { formula, build, options, console, interruption }: Run,
  end: StepsEnd,
  more: Readonly<Record<string, unknown>> = {},
): number {
  const runtimes = build.runtimes.map(({ runtime, version, folder }) => ({ runtime, version, folder }));
  const about = { app: formula.app, runtimes, ...more };
  return tellEnd(end, { console, interruption, json: options.json === true, about });
}

function refuse(
  options: DeployCommandOptions,
  console: Console,
  problems: readonly Problem[],
  exitCode: number,
): number {
  console.problems(problems);
  if (options.json === true) printJson({ ok: false, problems: problems.map(problemJson) });
  return exitCode;
}
