/** Collects the problems of one formula, each at the place of the value that it is about. */
import type { Place, Problem } from "./problems.ts";
import type { TomlPath, TomlPlaces } from "./toml-places.ts";

export class Reporter {
  readonly problems: Problem[] = [];
  /** Set once a part of the file could not be read: what refers to it would be reported for no fault of its own. */
  incomplete = false;
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
    this.problems.push({ severity: "error", place: this.placeOf(path, "value"), message, remedy });
  }

  /** Reports that something is not there, unless it may be in a part that could not be read. */
  missing(path: TomlPath, message: string, remedy: string): void {
    if (!this.incomplete) this.error(path, message, remedy);
  }

  /** Reports a key rather than its value. */
  keyError(path: TomlPath, message: string, remedy: string): void {
    this.problems.push({ severity: "error", place: this.placeOf(path, "key"), message, remedy });
  }

  warning(path: TomlPath, message: string, remedy: string): void {
    this.problems.push({ severity: "warning", place: this.placeOf(path, "value"), message, remedy });
  }

  placeOf(path: TomlPath, part: "key" | "value"): Place {
    for (let length = path.length; length > 0; length -= 1) {
      const variable = this.#variables.get(JSON.stringify(path.slice(0, length)));
      if (variable !== undefined) return { kind: "variable", variable };
    }
    return { kind: "file", file: this.#file, ...this.#places[part](path) };
  }
}
