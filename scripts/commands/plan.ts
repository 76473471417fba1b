/** `radon plan`: which atoms run on which runtimes, and why; nothing is compiled. */
import path from "node:path";
import { settingsOn } from "../formula/atom-settings.ts";
import type { Formula } from "../formula/formula.ts";
import { loadFormula } from "../formula/load.ts";
import { problemJson } from "../formula/problems.ts";
import { Console } from "../terminal/console.ts";
import { table } from "../terminal/table.ts";
import { EXIT } from "./exit-codes.ts";

export interface PlanCommandOptions {
  readonly config: string;
  readonly json?: true;
}

export function planCommand(options: PlanCommandOptions): number {
  const { formula, problems } = loadFormula(path.resolve(options.config), { environment: process.env });
  if (options.json === true) {
    const plan = formula === undefined ? {} : planJson(formula);
    const report = { ok: formula !== undefined, ...plan, problems: problems.map(problemJson) };
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } else {
    new Console(false).problems(problems);
    if (formula !== undefined) process.stdout.write(`${planText(formula)}\n`);
  }
  return formula === undefined ? EXIT.input : EXIT.ok;
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
