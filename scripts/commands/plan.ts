/**
 * `radon plan`: which atoms run on which runtimes, and why; where the formula says where runtimes answer, what would change against
 * what is deployed as well. It changes nothing.
 */
import path from "node:path";
import { planAgainstDeployed, type Plan } from "../deploy/plan-against-deployed.ts";
import { changesJson, changesText, planTroubles } from "../deploy/plan-text.ts";
import { settingsOn } from "../formula/atom-settings.ts";
import { applicationsOf, compileFormula } from "../formula/build.ts";
import { foldersOf } from "../formula/folders.ts";
import type { Formula } from "../formula/formula.ts";
import { loadFormula } from "../formula/load.ts";
import { problemJson, type Problem } from "../formula/problems.ts";
import { problemsOfReach } from "../formula/reach.ts";
import { buildProgress } from "../terminal/build-progress.ts";
import { Console } from "../terminal/console.ts";
import { table } from "../terminal/table.ts";
import { exitCodeOf } from "./build.ts";
import { EXIT } from "./exit-codes.ts";

export interface PlanCommandOptions {
  readonly config: string;
  readonly json?: true;
}

export async function planCommand(options: PlanCommandOptions): Promise<number> {
  const console = new Console(options.json === true);
  const { formula, problems } = loadFormula(path.resolve(options.config), { environment: process.env });
  const compared = formula === undefined ? NOT_LOADED : await compare(formula, console);
  const all = [...problems, ...compared.problems];
  if (options.json === true) {
    const placement = formula === undefined ? {} : planJson(formula);
    const deployed = compared.plan === undefined ? {} : { deployed: changesJson(compared.plan) };
    const report = { ok: compared.exitCode === EXIT.ok, ...placement, ...deployed, problems: all.map(problemJson) };
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return compared.exitCode;
  }
  console.problems(all);
  const texts = [
    ...(formula === undefined ? [] : [planText(formula)]),
    ...(compared.plan === undefined ? [] : [changesText(compared.plan)]),
  ];
  if (texts.length > 0) process.stdout.write(`${texts.join("\n\n")}\n`);
  return compared.exitCode;
}

/** What came of the comparison with what is deployed. */
interface Compared {
  readonly plan?: Plan;
  readonly problems: readonly Problem[];
  readonly exitCode: number;
}

const NOT_LOADED: Compared = { problems: [], exitCode: EXIT.input };

/** How `radon deploy` builds. */
const DEPLOYED = { development: false, situation: "deployed", optimize: true } as const;

/** Modules are compared by their bytes, so they are compiled, as for a deployment. */
async function compare(formula: Formula, console: Console): Promise<Compared> {
  const addresses = formula.runtimes.flatMap(({ name, url }) => (url === undefined ? [] : [{ runtime: name, url }]));
  // Told before a deployment stops at it; who only plans need not know the addresses yet.
  const advice = problemsOfReach(formula).map((problem) => ({ ...problem, severity: "warning" as const }));
  if (addresses.length === 0) return { problems: advice, exitCode: EXIT.ok };
  const compilation = await compileFormula(formula, {
    ...DEPLOYED,
    folders: foldersOf(formula.home, formula.app, "build", process.env),
    colours: console.colours,
    ...buildProgress(console, false),
  });
  const { problems } = compilation;
  if (!compilation.ok) {
    console.warn("The modules do not build, so nothing was compared with what is deployed.");
    return { problems, exitCode: exitCodeOf(compilation) };
  }
  console.status("asking what is deployed ...");
  const applications = applicationsOf(formula, compilation, DEPLOYED);
  const plan = await planAgainstDeployed({ applications, addresses, token: tokenOf(process.env) });
  console.status("");
  for (const trouble of planTroubles(plan)) console.warn(`warning: ${trouble}`);
  return { plan, problems, exitCode: plan.complete ? EXIT.ok : EXIT.environment };
}

function tokenOf({ RADON_TOKEN: token }: NodeJS.ProcessEnv): string | undefined {
  return token === "" ? undefined : token;
}

function planJson(formula: Formula): Record<string, unknown> {
  return {
    app: formula.app,
    runtimes: formula.runtimes.map(({ name, tags, target }) => ({
      name,
      tags,
      target,
      leader: name === formula.leader,
    })),
    atoms: formula.atoms.flatMap((atom) =>
      atom.runtimes.map((runtime) => {
        const { name, kind, module, reason } = atom;
        return { runtime, name, kind, module, http: settingsOn(atom, runtime).http, reason };
      }),
    ),
  };
}

function planText(formula: Formula): string {
  const runtimes = formula.runtimes.map(({ name, tags, target }) => {
    const role = name === formula.leader ? "leader" : "follower";
    return [name, role, target, tags.join(", "), atomsOn(formula, name).join(", ")];
  });
  const atoms = formula.atoms.flatMap((atom) =>
    atom.runtimes.map((runtime) => [`${runtime}/${atom.name}`, atom.kind, atom.module, atom.reason]),
  );
  return [
    `${formula.app}: ${count(formula.runtimes.length, "runtime")}, ${count(atoms.length, "atom")}`,
    "",
    table(["RUNTIME", "NAMING", "TARGET", "TAGS", "ATOMS"], runtimes),
    "",
    table(["ATOM", "KIND", "MODULE", "WHY THERE"], atoms),
  ].join("\n");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function atomsOn(formula: Formula, runtime: string): string[] {
  return formula.atoms.filter((atom) => atom.runtimes.some((each) => each === runtime)).map((atom) => atom.name);
}
