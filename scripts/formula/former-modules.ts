/** Modules that do not build while an application runs: what they were before stands in for them, so that the others can go on. */
import type { ModuleResult } from "../compile/compile-modules.ts";
import { problemsOfModules } from "./check-modules.ts";
import type { Formula } from "./formula.ts";
import { hasErrors, type Problem } from "./problems.ts";

interface Built {
  readonly modules: readonly ModuleResult[];
  readonly problems: readonly Problem[];
  readonly former: readonly ModuleResult[];
}

interface Standing {
  readonly modules: readonly ModuleResult[];
  /** The names of those that stay what they were. */
  readonly kept: readonly string[];
}

/** Undefined if the formula cannot run like that: a module is new, not all that is wrong is one's, or the former one no longer fits. */
export async function withFormer(
  formula: Formula,
  { modules, problems, former }: Built,
): Promise<Standing | undefined> {
  const errors = problems.filter(({ severity }) => severity === "error");
  const kept = [...new Set(errors.flatMap(({ module }) => module ?? []))];
  if (errors.some(({ module }) => module === undefined)) return undefined;
  const before = former.filter(({ name, kind }) => kind === "compiled" && kept.includes(name));
  if (before.length < kept.length) return undefined;
  const standing = modules.map((module) => before.find(({ name }) => name === module.name) ?? module);
  return hasErrors(await problemsOfModules(formula, standing)) ? undefined : { modules: standing, kept };
}
