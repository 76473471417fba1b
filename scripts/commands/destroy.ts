/** `radon destroy`: takes the runtimes of an application away from where they are deployed, and their state with them. */
import path from "node:path";
import { isName, type RuntimeName } from "../../durable/core/names.ts";
import { confirm } from "../deploy/confirm.ts";
import { openDeployedTargets } from "../deploy/open-targets.ts";
import { findObstacles, runSteps } from "../deploy/run-steps.ts";
import type { Target } from "../deploy/target.ts";
import type { Formula } from "../formula/formula.ts";
import { loadFormula } from "../formula/load.ts";
import { problemJson } from "../formula/problems.ts";
import { Console } from "../terminal/console.ts";
import { CommandError, EXIT } from "./exit-codes.ts";
import { watchForInterruption, type Interruption } from "./interruption.ts";
import { printJson, tellEnd, tellObstacles } from "./steps-report.ts";

export interface DestroyCommandOptions {
  readonly config: string;
  readonly json?: true;
  readonly yes?: true;
}

/** Of the runtimes that are named, or of all. */
export async function destroyCommand(named: readonly string[], options: DestroyCommandOptions): Promise<number> {
  const console = new Console(options.json === true);
  const interruption = watchForInterruption();
  const { formula: read, problems } = loadFormula(path.resolve(options.config), { environment: process.env });
  console.problems(problems);
  if (read === undefined) {
    if (options.json === true) printJson({ ok: false, problems: problems.map(problemJson) });
    return EXIT.input;
  }
  const formula = withForgotten(read, named);
  const runtimes = followersFirst(formula).filter((name) => named.length === 0 || named.includes(name));
  // A machine that is gone keeps nobody from deleting what is elsewhere.
  const concerned = { ...formula, runtimes: formula.runtimes.filter(({ name }) => runtimes.includes(name)) };
  const targets = openDeployedTargets(concerned, process.env);
  try {
    return await destroy(formula, runtimes, targets, { named, options, console, interruption });
  } finally {
    for (const target of targets) await target.close?.();
  }
}

interface Run {
  readonly named: readonly string[];
  readonly options: DestroyCommandOptions;
  readonly console: Console;
  readonly interruption: Interruption;
}

async function destroy(
  formula: Formula,
  runtimes: readonly RuntimeName[],
  targets: readonly Target[],
  { named, options, console, interruption }: Run,
): Promise<number> {
  const ending = { console, interruption, json: options.json === true, about: { app: formula.app } };
  const obstacles = await findObstacles(targets, console, interruption.signal);
  if (obstacles.length > 0) return tellObstacles(obstacles, ending);
  const steps = targets.flatMap((target) => target.remove(runtimes));
  const found = runtimes.filter((name) => steps.some(({ runtime }) => runtime === name));
  if (found.length === 0) {
    console.say(`Nothing of ${named.length === 0 ? formula.app : named.join(", ")} is deployed.`);
    return tellEnd({ done: [], remaining: [] }, ending);
  }
  for (const line of losses(formula, found)) console.warn(line);
  await confirm(`Delete ${found.join(", ")} with all of this state?`, options.yes === true);
  const inOrder = found.flatMap((name) => steps.filter(({ runtime }) => runtime === name));
  return tellEnd(await runSteps(inOrder, console, interruption.signal), ending);
}

/** A runtime that the formula does not have any more may still be deployed, where nothing else is said: on Cloudflare. */
function withForgotten(formula: Formula, named: readonly string[]): Formula {
  const forgotten = named.filter((name) => formula.runtimes.every((runtime) => runtime.name !== name));
  const wrong = forgotten.find((name) => !isName(name));
  if (wrong !== undefined) throw new CommandError(`"${wrong}" is no name of a runtime.`, EXIT.usage);
  if (forgotten.length > 0 && formula.runtimes.every(({ target }) => target !== "cloudflare")) {
    const known = formula.runtimes.map(({ name }) => name).join(", ");
    throw new CommandError(`There is no runtime "${forgotten[0]}". Runtimes: ${known}.`, EXIT.usage);
  }
  const added = forgotten.map((name) => ({ name: name as RuntimeName, tags: [], target: "cloudflare" as const }));
  return { ...formula, runtimes: [...formula.runtimes, ...added] };
}

/** The leader knows all the others, and goes last. */
function followersFirst({ leader, runtimes }: Formula): RuntimeName[] {
  return [...runtimes.map(({ name }) => name).filter((name) => name !== leader), leader];
}

/** What goes with the runtimes, a line each. What was loaded into one is in no formula, and is lost with it. */
export function losses(formula: Formula, runtimes: readonly RuntimeName[]): string[] {
  return runtimes.map((runtime) => {
    const atoms = formula.atoms.filter((atom) => atom.runtimes.includes(runtime)).map(({ name }) => name);
    const whose = atoms.length === 0 ? "whatever atoms it has" : atoms.join(", ");
    const loads = formula.runtimes.some(({ name, loader }) => name === runtime && loader === true);
    const all = loads ? `${whose}, and of whatever was loaded,` : whose;
    return `${runtime}: the keys, messages, dead letters and logs of ${all} are lost.`;
  });
}
