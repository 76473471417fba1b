/**
 * Values of the formula from the environment.
 *
 * The rule: a setting's variable is `RADON_` and its path in capitals, joined by `_`, where a runtime, module or atom stands
 * for itself by its name and everything but letters and digits is `_`:
 *   RADON_APP                          app
 *   RADON_NAMING_LEADER                leader of [naming]
 *   RADON_RUNTIME_EDGE_1_TAGS          tags of the runtime "edge-1"; a list is written with commas
 *   RADON_RUNTIME_EDGE_1_URL           url of the runtime "edge-1"
 *   RADON_ATOM_COUNTER_ATTEMPTS        attempts of the atom "counter"
 *   RADON_ATOM_COUNTER_PLACE_ON        on, in its place
 *   RADON_ATOM_COUNTER_CONFIG_START    start, in its config; a key that the file does not have is added in small letters,
 *                                      so that a secret stands nowhere but in the environment
 *   RADON_ATOM_COUNTER_ON_EDGE_1_CPU_MS          cpu_ms of the atom "counter" on the runtime "edge-1"
 *   RADON_ATOM_COUNTER_ON_EDGE_1_CONFIG_START    start, in its config there
 *
 * Invariants
 * 1. A value from the environment is checked like one from the file, and its mistakes name the variable.
 * 2. A variable that means nothing is a warning, one that could mean two settings is an error.
 */
import { nearest } from "../../durable/core/suggest.ts";
import { OWN_VARIABLES, TOP_SETTINGS, type Reading } from "./environment-settings.ts";
import type { Problem } from "./problems.ts";
import { settablesOf, variablePart, type Settable } from "./settables.ts";
import type { TomlPath } from "./toml-places.ts";

interface Setting {
  readonly variable: string;
  /** What it sets, for an error: atoms of one name on several runtimes are meant together. */
  readonly meaning: string;
  readonly path: TomlPath;
  readonly reading: Reading;
}

export interface Overridden {
  readonly value: Record<string, unknown>;
  /** The variable of each value that came from one, by the JSON of its path. */
  readonly variables: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The formula's values with those of the environment over them. */
export function applyEnvironment(file: Record<string, unknown>, environment: Environment): Overridden {
  const value = structuredClone(file);
  const given = Object.keys(environment).filter((variable) => variable.startsWith("RADON_") && !isOwn(variable));
  const settables = settablesOf(value, given);
  const settings = settingsOf(settables);
  const variables = new Map<string, string>();
  const problems: Problem[] = [];
  for (const variable of given.sort()) {
    const text = environment[variable];
    if (text === undefined) continue;
    const exact = settings.filter((setting) => setting.variable === variable);
    const matching = exact.length > 0 ? exact : addedConfig(variable, settables);
    if (ambiguous(matching)) problems.push(ambiguity(variable, matching));
    else if (matching.length === 0) problems.push(unknown(variable, settings));
    for (const setting of ambiguous(matching) ? [] : matching)
      for (const path of assign(value, setting.path, read(text, setting.reading)))
        variables.set(JSON.stringify(path), variable);
  }
  return { value, variables, problems };
}

function isOwn(variable: string): boolean {
  return Object.hasOwn(OWN_VARIABLES, variable);
}

function settingsOf(settables: readonly Settable[]): Setting[] {
  const top = TOP_SETTINGS.map(([keys, reading]): Setting => {
    const variable = ["RADON", ...keys.map(variablePart)].join("_");
    return { variable, meaning: keys.join("."), path: keys, reading };
  });
  return [...top, ...settables.flatMap(settingsIn)];
}

function settingsIn(settable: Settable): Setting[] {
  const ofConfig = (settable.config ?? []).map((key) => [["config", key], "text"] as const);
  return [...settable.known, ...ofConfig].map(([keys, reading]) => ({
    variable: settable.prefix + keys.map(variablePart).join("_"),
    ...settingOf(settable, keys),
    reading,
  }));
}

function settingOf({ title, path }: Settable, keys: readonly string[]): Pick<Setting, "meaning" | "path"> {
  return { meaning: `${keys.join(".")} of ${title}`, path: [...path, ...keys] };
}

/** A config key that only the environment has. */
function addedConfig(variable: string, settables: readonly Settable[]): Setting[] {
  return settables.flatMap((settable): Setting[] => {
    const start = `${settable.prefix}CONFIG_`;
    if (settable.config === undefined || !variable.startsWith(start) || variable === start) return [];
    const key = variable.slice(start.length).toLowerCase();
    return [{ variable, ...settingOf(settable, ["config", key]), reading: "text" }];
  });
}

function ambiguous(settings: readonly Setting[]): boolean {
  return new Set(settings.map((setting) => setting.meaning)).size > 1;
}

function ambiguity(variable: string, settings: readonly Setting[]): Problem {
  const meanings = settings.map((setting) => setting.meaning).join(" and ");
  return {
    severity: "error",
    place: { kind: "variable", variable },
    message: `It could set ${meanings}.`,
    remedy: "Give the two names that differ in more than punctuation, or set the value in the file.",
  };
}

function unknown(variable: string, settings: readonly Setting[]): Problem {
  const known = [...settings.map((setting) => setting.variable), ...Object.keys(OWN_VARIABLES)];
  const meant = nearest(withoutPrefix(variable), known.map(withoutPrefix));
  const hint = meant === undefined ? "" : `Did you mean "RADON_${meant}"? `;
  const remedy = `${hint}A setting's variable is RADON_ and its path, as in RADON_ATOM_COUNTER_CONFIG_START.`;
  return {
    severity: "warning",
    place: { kind: "variable", variable },
    message: "It sets nothing in this formula.",
    remedy,
  };
}

/** What all variables start with says nothing about which one was meant. */
function withoutPrefix(variable: string): string {
  return variable.replace(/^RADON_/, "");
}

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

function read(text: string, reading: Reading): unknown {
  if (reading === "list") return text.split(",").map((part) => part.trim());
  if (reading === "truth") return TRUTHS.get(text.trim()) ?? text;
  const isNumber = reading !== "text" && /^-?\d+(\.\d+)?$/.test(text.trim());
  return isNumber ? Number(text) : text;
}

/**
 * Sets a value, making the tables on the way; the paths of what was made and set. A path through something that is no table is
 * left to the shape's check.
 */
function assign(root: Record<string, unknown>, path: TomlPath, value: unknown): TomlPath[] {
  const made: TomlPath[] = [path];
  let table: unknown = root;
  for (const [index, key] of path.slice(0, -1).entries()) {
    if (typeof table !== "object" || table === null) return [];
    if (!Object.hasOwn(table, key)) {
      Reflect.set(table, key, {});
      made.push(path.slice(0, index + 1));
    }
    table = Reflect.get(table, key);
  }
  const last = path.at(-1);
  if (typeof table !== "object" || table === null || last === undefined) return [];
  Reflect.set(table, last, value);
  return made;
}
