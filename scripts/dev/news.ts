/** What is worth telling after each build of `radon dev`: the warnings of what did not change were told before. */
import type { ModuleResult } from "../compile/compile-modules.ts";
import { problemText, type Problem } from "../formula/problems.ts";

export class News {
  #told = new Set<string>();

  /** Every error, and of warnings and notes those that the build before did not have, or that are of a module that was compiled anew. */
  of(problems: readonly Problem[], modules: readonly ModuleResult[]): Problem[] {
    const unchanged = new Set(
      modules.filter((each) => each.kind === "compiled" && each.cached).map(({ name }) => name),
    );
    const isOld = (problem: Problem): boolean =>
      problem.severity !== "error" &&
      (problem.module === undefined || unchanged.has(problem.module)) &&
      this.#told.has(problemText(problem));
    const news = problems.filter((problem) => !isOld(problem));
    this.#told = new Set(problems.map(problemText));
    return news;
  }
}
