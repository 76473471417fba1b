/** Mistakes as the user reads them: where, what is wrong, and what would be right. */
import path from "node:path";

export type Place =
  | { readonly kind: "file"; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: "variable"; readonly variable: string };

export interface Problem {
  /** A note tells of what is meant to be so, and easily overlooked. */
  readonly severity: "error" | "warning" | "note";
  readonly place: Place;
  /** What is wrong, as a sentence. */
  readonly message: string;
  /** What would be right, as a sentence. */
  readonly remedy: string;
  /** The module that it is about, if it is one's. */
  readonly module?: string;
  /** What another tool said, in its own words and lines. */
  readonly details?: string;
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === "error");
}

/** `file:line:column`, the file as seen from the working directory, so that terminals make it a link. */
export function placeText(place: Place): string {
  if (place.kind === "variable") return `environment variable ${place.variable}`;
  return `${shownPath(place.file)}:${place.line}:${place.column}`;
}

/** A path relative to the working directory if it is below it. */
export function shownPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative === "" ? "." : relative.startsWith("..") ? file : relative;
}

export function problemText(problem: Problem): string {
  const remedy = problem.remedy === "" ? "" : `\n    ${problem.remedy}`;
  const details = problem.details === undefined ? "" : `\n${indented(problem.details)}`;
  return `${placeText(problem.place)}: ${problem.severity}: ${problem.message}${details}${remedy}`;
}

export function indented(text: string): string {
  return text.replace(/^/gm, "    ");
}

/** In the order of the file, so that a reader works from the top down. */
export function sortedProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => orderOf(a) - orderOf(b) || columnOf(a) - columnOf(b));
}

function orderOf({ place }: Problem): number {
  return place.kind === "file" ? place.line : Number.MAX_SAFE_INTEGER;
}

function columnOf({ place }: Problem): number {
  return place.kind === "file" ? place.column : 0;
}

/** A problem as `--json` prints it; one whose details say it all has no remedy. */
export function problemJson(problem: Problem): Record<string, unknown> {
  const { place, remedy, ...said } = problem;
  const rest = remedy === "" ? said : { ...said, remedy };
  if (place.kind === "variable") return { ...rest, variable: place.variable };
  return { ...rest, file: place.file, line: place.line, column: place.column };
}
