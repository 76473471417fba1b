/** From the tables of a formula to the application that they describe. */
import path from "node:path";
import type { z } from "zod";
import { isName, type RuntimeName } from "../../durable/core/names.ts";
import { didYouMean } from "../../durable/core/suggest.ts";
import { checkModules, checkName, checkRuntimes, type Row } from "./check.ts";
import { checkCollisions, firstOfEachName } from "./collisions.ts";
import { ONLY_RUNTIME, type Formula, type ModuleSpec, type RuntimeSpec } from "./formula.ts";
import { checkOverrides, readAtom, type ReadAtom } from "./read-atom.ts";
import type { Part, Reporter } from "./reporter.ts";
import { appSchema, atomSchema, moduleSchema, namingSchema, runtimeSchema, TOP_LEVEL } from "./schema.ts";
import { described, readShape } from "./shape.ts";
import { withVariants } from "./variants.ts";

const ONLY_RUNTIMES: readonly RuntimeSpec[] = [{ name: ONLY_RUNTIME, tags: [], target: "cloudflare" }];

export interface Reading {
  readonly file: string;
  readonly single: boolean;
  readonly report: Reporter;
}

type Tables = Readonly<Record<string, unknown>>;

/** The application without its home; undefined if it has no name. What is wrong is in the report. */
export function readFormula(tables: Tables, reading: Reading): Omit<Formula, "home"> | undefined {
  const { file, single, report } = reading;
  const folder = path.dirname(file);
  checkTopLevel(tables, report);
  const app = readApp(tables["app"], report);
  const rows = {
    runtime: readRows(tables["runtime"], "runtime", runtimeSchema, report),
    module: readRows(tables["module"], "module", moduleSchema, report),
    atom: readRows(tables["atom"], "atom", atomSchema, report),
  };
  const named = checkRuntimes(rows.runtime, report);
  const runtimes = named.length === 0 ? ONLY_RUNTIMES : named;
  const leader = readLeader(tables["naming"], runtimes, report);
  const modules = checkModules(rows.module, folder, report);
  const known = rows.module.map((row) => row.shape.name);
  const atoms = rows.atom.map((row) => readAtom(row, { folder, single, report, runtimes, known }));
  const all = atoms.map(({ placed }) => placed);
  const placed = single ? firstOfEachName(all, report) : all;
  if (rows.atom.length === 0)
    report.missing(
      [],
      "The application has no atoms.",
      'Add [[atom]] with a name and a source: source = "counter.ts".',
      "atom",
    );
  checkOverrides(placed, report);
  checkCollisions(placed, report);
  const used = usedModules(modules, atoms, rows.module, report);
  if (app === undefined || leader === undefined) return undefined;
  const variants = withVariants(
    used,
    placed.map(({ spec }) => spec),
  );
  return single
    ? { app, file, folder, leader: ONLY_RUNTIME, runtimes: ONLY_RUNTIMES, ...variants }
    : { app, file, folder, leader, runtimes, ...variants };
}

function checkTopLevel(tables: Tables, report: Reporter): void {
  const known = Object.keys(TOP_LEVEL);
  for (const key of Object.keys(tables)) {
    if (Object.hasOwn(TOP_LEVEL, key)) continue;
    const remedy = `${didYouMean(key, known).trim()} Known here: ${Object.values(TOP_LEVEL).join(", ")}.`;
    report.keyError([key], `Unknown key "${key}" at the top of the file.`, remedy.trim());
  }
}

function readApp(value: unknown, report: Reporter): string | undefined {
  const read = appSchema.safeParse(value);
  if (!read.success) {
    const [message, remedy] = [
      value === undefined ? 'The application has no name: "app" is missing.' : `"app" is ${described(value)}.`,
      'Write app = "tour" at the top.',
    ];
    report.missing(["app"], message, remedy);
    return undefined;
  }
  checkName(read.data, ["app"], "an application", report);
  return read.data;
}

/** The rows of an array of tables, each in the shape of its schema. */
function readRows<T>(value: unknown, table: Part, schema: z.ZodType<T>, report: Reporter): Row<T>[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    report.keyError(
      [table],
      `"${table}" is ${described(value)}.`,
      `Write [[${table}]], in double brackets: there may be several.`,
    );
    report.unreadRows.add(table);
    return [];
  }
  const rows = value.map((entry: unknown, index) => ({
    at: [table, index],
    shape: readShape(schema, entry, [table, index], report),
  }));
  const whole = rows.flatMap(({ at, shape }) => (shape === undefined ? [] : [{ at, shape }]));
  if (whole.length < rows.length) report.unreadRows.add(table);
  return whole;
}

function readLeader(value: unknown, runtimes: readonly RuntimeSpec[], report: Reporter): RuntimeName | undefined {
  const names = [...new Set(runtimes.map((runtime) => runtime.name))];
  if (value === undefined) {
    if (names.length === 1) return names[0];
    report.missing(
      [],
      "The formula does not say which runtime hosts the naming leader.",
      `Add [naming] with leader = "${names[0]}".`,
      "runtime",
    );
    return undefined;
  }
  const shape = readShape(namingSchema, value, ["naming"], report);
  if (shape === undefined) return undefined;
  const leader = names.find((name) => name === shape.leader);
  if (leader === undefined) {
    report.missing(
      ["naming", "leader"],
      `There is no runtime "${shape.leader}".`,
      `${didYouMean(shape.leader, names).trim()} Runtimes: ${names.join(", ")}.`.trim(),
      "runtime",
    );
  }
  return leader;
}

/** The modules that atoms use; the others are not built, and told so. */
function usedModules(
  modules: readonly ModuleSpec[],
  atoms: readonly ReadAtom[],
  rows: readonly Row<{ readonly name: string }>[],
  report: Reporter,
): ModuleSpec[] {
  const used = new Set(atoms.map((atom) => atom.module));
  const allKnown = report.isWhole("atom") && atoms.every((atom) => atom.module !== undefined);
  for (const { at, shape } of rows) {
    if (allKnown && !used.has(shape.name) && isName(shape.name)) {
      report.warning(
        [...at, "name"],
        `No atom uses the module "${shape.name}", so it is not built.`,
        `Add an [[atom]] with module = "${shape.name}", or remove it.`,
      );
    }
  }
  return [...modules.filter((module) => used.has(module.name)), ...ownModules(atoms, report)];
}

/** The modules of atoms with a source of their own: atoms of one name share one. */
function ownModules(atoms: readonly ReadAtom[], report: Reporter): ModuleSpec[] {
  const byName = new Map<string, ModuleSpec>();
  for (const { own, placed } of atoms) {
    if (own === undefined) continue;
    const other = byName.get(own.name);
    byName.set(own.name, other ?? own);
    const at = [...placed.at, "name"];
    if (other !== undefined && other.source.entry !== own.source.entry && !report.isWrong(at)) {
      report.error(
        at,
        `Two atoms named "${own.name}" have sources of their own.`,
        "Make each source a [[module]] with a name, and let the atoms name them.",
      );
    }
  }
  return [...byName.values()];
}
