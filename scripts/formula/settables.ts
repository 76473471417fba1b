/** The tables of a formula whose keys may be set from the environment, and what the variables of each start with. */
import { OVERRIDE_SETTINGS, TABLE_SETTINGS, type TableSettings } from "./environment-settings.ts";
import { ONLY_RUNTIME } from "./formula.ts";
import type { TomlPath } from "./toml-places.ts";

/** `EDGE_1` for "edge-1". */
export function variablePart(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

/** A table whose keys may be set. */
export interface Settable {
  /** `the atom "counter"` */
  readonly title: string;
  readonly path: TomlPath;
  /** What the variables of its keys start with. */
  readonly prefix: string;
  readonly known: TableSettings;
  /** The keys of its config that are known, if it may have one. */
  readonly config?: readonly string[];
}

/** Those of `value` that the given variables could be meant for. */
export function settablesOf(value: Record<string, unknown>, variables: readonly string[]): Settable[] {
  return Object.entries(TABLE_SETTINGS).flatMap(([table, known]) =>
    tablesOf(value, table).flatMap((entry, index) => {
      const name = entry["name"];
      if (typeof name !== "string") return [];
      const prefix = `RADON_${table.toUpperCase()}_${variablePart(name)}_`;
      const settable = { title: `the ${table} "${name}"`, path: [table, index], prefix, known };
      if (table !== "atom") return [settable];
      const atom = { ...settable, config: keysOf(entry["config"]) };
      return [atom, ...overridesOf(atom, entry, runtimesOf(value), variables)];
    }),
  );
}

/** What the atom is given on each runtime; not even looked at unless a variable asks for it, as it may be a lot. */
function overridesOf(
  atom: Settable,
  entry: Record<string, unknown>,
  runtimes: readonly string[],
  variables: readonly string[],
): Settable[] {
  if (!variables.some((variable) => variable.startsWith(`${atom.prefix}ON_`))) return [];
  return runtimes.map((runtime) => ({
    title: `${atom.title} on "${runtime}"`,
    path: [...atom.path, "on", runtime],
    prefix: `${atom.prefix}ON_${variablePart(runtime)}_`,
    known: OVERRIDE_SETTINGS,
    config: [...new Set([...(atom.config ?? []), ...keysOf(valueIn(entry, ["on", runtime, "config"]))])],
  }));
}

/** A formula that names no runtime has one all the same. */
function runtimesOf(value: Record<string, unknown>): string[] {
  const names = tablesOf(value, "runtime").flatMap(({ name }) => (typeof name === "string" ? [name] : []));
  return names.length === 0 ? [ONLY_RUNTIME] : names;
}

function tablesOf(value: Record<string, unknown>, table: string): Record<string, unknown>[] {
  const list = value[table];
  return Array.isArray(list) ? list.map((entry) => (isTable(entry) ? entry : {})) : [];
}

function keysOf(value: unknown): string[] {
  return isTable(value) ? Object.keys(value) : [];
}

function valueIn(value: unknown, path: readonly string[]): unknown {
  return path.reduce((found, key) => (isTable(found) ? found[key] : undefined), value);
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
