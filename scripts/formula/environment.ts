/**
 * Values of the formula from the environment.
 *
 * The rule: a setting's variable is `RADON_` and its path in capitals, joined by `_`, where a runtime, module or atom stands
 * for itself by its name and everything but letters and digits is `_`:
 *   RADON_APP                          app
 *   RADON_NAMING_LEADER                leader of [naming]
 *   RADON_RUNTIME_EDGE_1_TAGS          tags of the runtime "edge-1"; a list is written with commas
 *   RADON_ATOM_COUNTER_ATTEMPTS        attempts of the atom "counter"
 *   RADON_ATOM_COUNTER_PLACE_ON        on, in its place
 *   RADON_ATOM_COUNTER_CONFIG_START    start, in its config; a key that the file does not have is added in small letters,
 *                                      so that a secret stands nowhere but in the environment
 *
 * Invariants
 * 1. A value from the environment is checked like one from the file, and its mistakes name the variable.
 * 2. A variable that means nothing is a warning, one that could mean two settings is an error.
 */
import { nearest } from "../../durable/core/suggest.ts";
import { OWN_VARIABLES, TABLE_SETTINGS, TOP_SETTINGS, type Reading } from "./environment-settings.ts";
import type { Problem } from "./problems.ts";
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
  const settings = settingsOf(value);
  const variables = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [variable, text] of Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (text === undefined || !variable.startsWith("RADON_") || isOwn(variable)) continue;
    const matching = matchingSettings(variable, settings, value);
    if (ambiguous(matching)) problems.push(ambiguity(variable, matching));
    else if (matching.length === 0) problems.push(unknown(variable, settings));
    for (const setting of ambiguous(matching) ? [] : matching) {
      assign(value, setting.path, read(text, setting.reading));
      variables.set(JSON.stringify(setting.path), variable);
    }
  }
  return { value, variables, problems };
}

function isOwn(variable: string): boolean {
  return Object.hasOwn(OWN_VARIABLES, variable);
}

/** `EDGE_1` for "edge-1". */
export function variablePart(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

function settingsOf(value: Record<string, unknown>): Setting[] {
  const settings: Setting[] = TOP_SETTINGS.map(([keys, reading]) => {
    const variable = ["RADON", ...keys.map(variablePart)].join("_");
    return { variable, meaning: keys.join("."), path: keys, reading };
  });
  for (const [table, known] of Object.entries(TABLE_SETTINGS)) {
    for (const { name, index, prefix } of namedTables(value, table)) {
      for (const [keys, reading] of known) {
        const variable = prefix + keys.map(variablePart).join("_");
        settings.push({ variable, meaning: meaning(table, name, keys), path: [table, index, ...keys], reading });
      }
      if (table === "atom") settings.push(...configSettings(value, { name, index, prefix }));
    }
  }
  return settings;
}

function meaning(table: string, name: string, keys: readonly string[]): string {
  return `${keys.join(".")} of the ${table} "${name}"`;
}

function configSettings(value: Record<string, unknown>, { name, index, prefix }: NamedTable): Setting[] {
  const config = tablesOf(value, "atom")[index]?.["config"];
  const keys = isTable(config) ? Object.keys(config) : [];
  return keys.map((key) => ({
    variable: `${prefix}CONFIG_${variablePart(key)}`,
    meaning: meaning("atom", name, ["config", key]),
    path: ["atom", index, "config", key],
    reading: "text",
  }));
}

interface NamedTable {
  readonly name: string;
  readonly index: number;
  readonly prefix: string;
}

function namedTables(value: Record<string, unknown>, table: string): NamedTable[] {
  return tablesOf(value, table).flatMap((entry, index) => {
    const name = entry["name"];
    if (typeof name !== "string") return [];
    return [{ name, index, prefix: `RADON_${table.toUpperCase()}_${variablePart(name)}_` }];
  });
}

function tablesOf(value: Record<string, unknown>, table: string): Record<string, unknown>[] {
  const list = value[table];
  return Array.isArray(list) ? list.map((entry) => (isTable(entry) ? entry : {})) : [];
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function matchingSettings(variable: string, settings: readonly Setting[], value: Record<string, unknown>): Setting[] {
  const exact = settings.filter((setting) => setting.variable === variable);
  return exact.length > 0 ? exact : addedConfig(variable, value);
}

/** A config key that only the environment has. */
function addedConfig(variable: string, value: Record<string, unknown>): Setting[] {
  return namedTables(value, "atom").flatMap(({ name, index, prefix }) => {
    const start = `${prefix}CONFIG_`;
    if (!variable.startsWith(start) || variable === start) return [];
    const key = variable.slice(start.length).toLowerCase();
    const path: TomlPath = ["atom", index, "config", key];
    return [{ variable, meaning: meaning("atom", name, ["config", key]), path, reading: "text" as const }];
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

/** Sets a value, making the tables on the way; a path through something that is no table is left to the shape's check. */
function assign(root: Record<string, unknown>, path: TomlPath, value: unknown): void {
  let table: unknown = root;
  for (const key of path.slice(0, -1)) {
    if (typeof table !== "object" || table === null) return;
    if (!Object.hasOwn(table, key)) Reflect.set(table, key, {});
    table = Reflect.get(table, key);
  }
  const last = path.at(-1);
  if (typeof table === "object" && table !== null && last !== undefined) Reflect.set(table, last, value);
}
