/** Checks the shape of one table of the formula and keeps what is right of it, so that later checks see as much as can be. */
import type { z } from "zod";
import { didYouMean } from "../../durable/core/suggest.ts";
import { limitsSchema, observabilitySchema, runtimePlaceSchema } from "./cloudflare-schema.ts";
import type { Reporter } from "./reporter.ts";
import { atomSchema, moduleSchema, namingSchema, placeSchema, runtimeSchema } from "./schema.ts";
import { clusterSchema, tlsSchema } from "./machine-schema.ts";
import { overrideSchema } from "./settings-schema.ts";
import type { TomlPath } from "./toml-places.ts";

/** A table is mended this often at most: once for each level of nesting is enough. */
const MENDINGS_MAX = 8;

/**
 * The table as the schema has it, with defaults. Each mistake is reported and its value left out; undefined if what is left
 * cannot stand, because something required is missing.
 */
export function readShape<T>(schema: z.ZodType<T>, value: unknown, at: TomlPath, report: Reporter): T | undefined {
  const mended: unknown = structuredClone(value);
  const reported = new Set<string>();
  for (let round = 0; round < MENDINGS_MAX; round += 1) {
    const result = schema.safeParse(mended);
    if (result.success) return result.data;
    for (const issue of result.error.issues) reportOnce(issue, { value, at, report, reported });
    if (!removeMistakes(mended, result.error.issues)) return undefined;
  }
  return undefined;
}

interface Context {
  readonly value: unknown;
  readonly at: TomlPath;
  readonly report: Reporter;
  readonly reported: Set<string>;
}

type Issue = z.core.$ZodIssue;

function reportOnce(issue: Issue, { value, at, report, reported }: Context): void {
  const path = [...at, ...pathOf(issue)];
  const name = JSON.stringify(path);
  if (issue.code === "unrecognized_keys") return reportUnknownKeys(issue, path, titleOf(path, value), report);
  if (reported.has(name)) return;
  reported.add(name);
  const found = valueAt(value, pathOf(issue));
  if (found === undefined)
    report.missing(path, `${capitalized(titleOf(at, value))} has no "${lastKey(path)}".`, issue.message);
  else report.error(path, `${subjectOf(path)} is ${described(found)}.`, remedyOf(issue, found));
}

function reportUnknownKeys(
  issue: Issue & { code: "unrecognized_keys" },
  path: TomlPath,
  title: string,
  report: Reporter,
): void {
  const known = knownKeys(path);
  for (const key of issue.keys) {
    const remedy = `${didYouMean(key, known).trim()} Known here: ${known.join(", ")}.`.trim();
    report.keyError([...path, key], `Unknown key "${key}" in ${title}.`, remedy);
  }
}

const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  naming: Object.keys(namingSchema.shape),
  runtime: Object.keys(runtimeSchema.shape),
  module: Object.keys(moduleSchema.shape),
  atom: Object.keys(atomSchema.shape),
  "atom.place": Object.keys(placeSchema.shape),
  "atom.on": Object.keys(overrideSchema.shape),
  "runtime.cluster": Object.keys(clusterSchema.shape),
  "runtime.tls": Object.keys(tlsSchema.shape),
  "runtime.place": Object.keys(runtimePlaceSchema.shape),
  "runtime.limits": Object.keys(limitsSchema.shape),
  "runtime.observability": Object.keys(observabilitySchema.shape),
};

/** Of a table by itself, of one inside it by the key that holds it, whatever the key of a runtime inside that is. */
function knownKeys([table, , key]: TomlPath): readonly string[] {
  return KNOWN_KEYS[key === undefined ? String(table) : `${table}.${key}`] ?? [];
}

function remedyOf(issue: Issue, found: unknown): string {
  const values = issue.code === "invalid_value" && typeof found === "string" ? issue.values.map(String) : [];
  return `${didYouMean(String(found), values).trim()} ${issue.message}`.trim();
}

/** Takes the mistaken values out; false where the mistake is that something is missing, or the table itself. */
function removeMistakes(table: unknown, issues: readonly Issue[]): boolean {
  let removed = false;
  for (const issue of issues) {
    const path = pathOf(issue);
    if (issue.code === "unrecognized_keys")
      for (const key of issue.keys) removed = remove(table, [...path, key]) || removed;
    else removed = remove(table, path) || removed;
  }
  return removed;
}

function remove(table: unknown, path: TomlPath): boolean {
  const key = path.at(-1);
  const parent = valueAt(table, path.slice(0, -1));
  if (key === undefined || typeof parent !== "object" || parent === null || !(key in parent)) return false;
  if (Array.isArray(parent)) return remove(table, path.slice(0, -1));
  return Reflect.deleteProperty(parent, key);
}

function pathOf(issue: Issue): TomlPath {
  return issue.path.filter((part) => typeof part !== "symbol");
}

function valueAt(value: unknown, path: TomlPath): unknown {
  let found: unknown = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}

function lastKey(path: TomlPath): string {
  return String(path.findLast((part) => typeof part === "string") ?? "the file");
}

/**
 * `[naming]` for ["naming"], `the atom "a"` or `this [[atom]]` for ["atom", 0], `"place"` for a table inside another one,
 * `[atom.on.edge-1]` for one inside that.
 */
function titleOf(path: TomlPath, value: unknown): string {
  const [table, index, ...rest] = path;
  if (rest.length > 1) return `[${[table, ...rest].join(".")}]`;
  if (rest.length > 0) return `"${lastKey(rest)}"`;
  if (typeof index !== "number") return `[${table}]`;
  const name = valueAt(value, ["name"]);
  return typeof name === "string" && name !== "" ? `the ${table} "${clipped(name)}"` : `this [[${table}]]`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function subjectOf(path: TomlPath): string {
  return typeof path.at(-1) === "number" && path.length > 2 ? `An element of "${lastKey(path)}"` : `"${lastKey(path)}"`;
}

/** A value as an error shows it. */
export function described(value: unknown): string {
  if (typeof value === "string") return value === "" ? "empty" : `"${clipped(value)}"`;
  if (typeof value === "number" || typeof value === "boolean") return `${value}, a ${typeof value}`;
  if (value instanceof Date) return "a date";
  return Array.isArray(value) ? "a list" : "a table";
}

function clipped(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
