/** Reads a formula: its mistakes are found and reported in one go, but for those that would only follow from others. */
import path from "node:path";
import { applyEnvironment, type Environment } from "./environment.ts";
import type { Formula } from "./formula.ts";
import { followInclude } from "./include.ts";
import { hasErrors, sortedProblems, type Problem } from "./problems.ts";
import { readFormula } from "./read-formula.ts";
import { Reporter } from "./reporter.ts";
import { readToml, type TomlDocument } from "./toml.ts";

export interface LoadOptions {
  readonly environment: Environment;
  /** Puts every runtime's atoms on one runtime, `main`. */
  readonly single?: boolean;
  /** Leaves out atoms and modules, with all that is wrong about them: for a command that is about what is deployed. */
  readonly only?: "runtimes";
}

export interface Loaded {
  /** Undefined if there are errors. */
  readonly formula: Formula | undefined;
  readonly problems: readonly Problem[];
  /** The files read, for watching. */
  readonly files: readonly string[];
}

/** Loads the formula at an absolute path. */
export function loadFormula(named: string, options: LoadOptions): Loaded {
  const found = followInclude(named);
  if (!found.ok) return { formula: undefined, problems: [found.problem], files: found.files };
  const { file, files } = found;
  const whole = readToml(found.text);
  const document = options.only === "runtimes" ? withoutAtoms(whole) : whole;
  const { value, variables, problems: fromEnvironment } = applyEnvironment(document.value, environmentOf(options));
  const report = new Reporter(file, document.places, variables);
  report.problems.push(...syntaxProblems(document, file));
  if (!document.trustworthy) return { formula: undefined, problems: report.problems, files };
  report.problems.push(...fromEnvironment);
  for (const { table } of document.mistakes) report.unreadLines.add(table);
  // What was left out is not missing.
  if (options.only === "runtimes") report.unreadRows.add("atom");
  const read = readFormula(value, { file, single: options.single === true, report });
  const problems = sortedProblems(report.problems);
  const formula = read === undefined || hasErrors(problems) ? undefined : { ...read, home: path.dirname(named) };
  return { formula, problems, files };
}

const RUNTIME_KEYS = ["app", "naming", "runtime"];

function withoutAtoms(document: TomlDocument): TomlDocument {
  const value = Object.fromEntries(Object.entries(document.value).filter(([key]) => RUNTIME_KEYS.includes(key)));
  const mistakes = document.mistakes.filter(({ table }) => table === "" || RUNTIME_KEYS.includes(table));
  return { ...document, value, mistakes };
}

function environmentOf({ environment, only }: LoadOptions): Environment {
  if (only !== "runtimes") return environment;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^RADON_(ATOM|MODULE)_/.test(name)));
}

function syntaxProblems(document: TomlDocument, file: string): Problem[] {
  return document.mistakes.map(({ position, message, remedy }) => ({
    severity: "error",
    place: { kind: "file", file, ...position },
    message,
    remedy,
  }));
}
