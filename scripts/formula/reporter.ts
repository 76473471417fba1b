/** Collects the problems of one formula, each at the place of the value that it is about. */
import type { Place, Problem } from "./problems.ts";
import type { TomlPath, TomlPlaces } from "./toml-places.ts";

/** The tables that others refer to. */
export type Part = "runtime" | "module" | "atom";

export class Reporter {
  readonly problems: Problem[] = [];
  /** The parts of which a row could not be read: what is not found in them would be reported for no fault of its own. */
  readonly unreadRows = new Set<Part>();
  /** The top-level tables of which a line could not be read, "" for the lines above all tables. */
  readonly unreadLines = new Set<string>();
  /** The JSON of every path that was reported, without its closing bracket. */
  readonly #reported: string[] = [];
  readonly #file: string;
  readonly #places: TomlPlaces;
  /** Values that came from the environment, by the JSON of their path. */
  readonly #variables: ReadonlyMap<string, string>;

  constructor(file: string, places: TomlPlaces, variables: ReadonlyMap<string, string>) {
    this.#file = file;
    this.#places = places;
    this.#variables = variables;
  }

  /** Reports a value. */
  error(path: TomlPath, message: string, remedy: string): void {
    this.#reported.push(openJson(path));
    this.problems.push({ severity: "error", place: this.placeOf(path, "value"), message, remedy });
  }

  /** Reports that something is not there, unless it may be in what could not be read: of its own table, or of a part. */
  missing(path: TomlPath, message: string, remedy: string, part?: Part): void {
    const own = path.length > 1 ? String(path[0]) : "";
    if (!this.unreadLines.has(own) && this.isWhole(part)) this.error(path, message, remedy);
  }

  /** True if all of a part could be read. */
  isWhole(part: Part | undefined): boolean {
    return part === undefined || (!this.unreadRows.has(part) && !this.unreadLines.has(part));
  }

  /** True if the value, or one inside it, was reported: what is made of the rest of it says nothing. */
  isWrong(path: TomlPath): boolean {
    const start = openJson(path);
    return this.#reported.some((each) => each === start || each.startsWith(`${start},`));
  }

  /** Reports a key rather than its value. */
  keyError(path: TomlPath, message: string, remedy: string): void {
    this.#reported.push(openJson(path));
    this.problems.push({ severity: "error", place: this.placeOf(path, "key"), message, remedy });
  }

  warning(path: TomlPath, message: string, remedy: string): void {
    this.problems.push({ severity: "warning", place: this.placeOf(path, "value"), message, remedy });
  }

  note(path: TomlPath, message: string): void {
    this.problems.push({ severity: "note", place: this.placeOf(path, "value"), message, remedy: "" });
  }

  placeOf(path: TomlPath, part: "key" | "value"): Place {
    for (let length = path.length; length > 0; length -= 1) {
      const variable = this.#variables.get(JSON.stringify(path.slice(0, length)));
      if (variable !== undefined) return { kind: "variable", variable };
    }
    return { kind: "file", file: this.#file, ...this.#places[part](path) };
  }
}

function openJson(path: TomlPath): string {
  return JSON.stringify(path).slice(0, -1);
}
