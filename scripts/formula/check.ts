/** What a formula means: names are valid and unique, and all that is referred to exists. */
import { checkAlias } from "../../durable/core/aliases.ts";
import { isName, type RuntimeName } from "../../durable/core/names.ts";
import { didYouMean } from "../../durable/core/suggest.ts";
import { checkTargetKeys } from "./check-target.ts";
import { checkOrigin, hasWholeOrigin } from "./check-origin.ts";
import type { ModuleSpec, RuntimeSpec } from "./formula.ts";
import { clusterOf } from "./cluster.ts";
import { checkMachines } from "./machine.ts";
import type { Reporter } from "./reporter.ts";
import { routeMistake } from "./routes.ts";
import { checkUrls } from "./runtime-url.ts";
import type { AtomShape, ModuleShape, RuntimeShape } from "./schema.ts";
import type { TomlPath } from "./toml-places.ts";

/** One table of the file, with its place. */
export interface Row<T> {
  readonly at: TomlPath;
  readonly shape: T;
}

const NAME_REMEDY = "A name is 1 to 128 of A-Z a-z 0-9 . _ -";

export function checkName(name: string, at: TomlPath, what: string, report: Reporter): void {
  if (!isName(name)) report.error(at, `"${name}" is no name for ${what}.`, `${NAME_REMEDY}.`);
}

/** Reports every name that stands twice. */
export function checkUnique(rows: readonly Row<{ readonly name: string }>[], what: string, report: Reporter): void {
  const first = new Map<string, Row<{ readonly name: string }>>();
  for (const row of rows) {
    const earlier = first.get(row.shape.name);
    if (earlier === undefined) first.set(row.shape.name, row);
    else {
      const line = lineOf(earlier, report);
      report.error(
        [...row.at, "name"],
        `There are two ${what}s named "${row.shape.name}".`,
        `Rename one of them; the first is in line ${line}.`,
      );
    }
  }
}

export function lineOf(row: Row<unknown>, report: Reporter): number | undefined {
  const found = report.placeOf([...row.at, "name"], "value");
  return found.kind === "file" ? found.line : undefined;
}

export function checkRuntimes(rows: readonly Row<RuntimeShape>[], report: Reporter): RuntimeSpec[] {
  checkUnique(rows, "runtime", report);
  const byCase = new Map<string, string>();
  for (const { at, shape } of rows) {
    checkName(shape.name, [...at, "name"], "a runtime", report);
    const other = byCase.get(shape.name.toLowerCase());
    byCase.set(shape.name.toLowerCase(), shape.name);
    if (other !== undefined && other !== shape.name) {
      report.error(
        [...at, "name"],
        `"${shape.name}" and "${other}" differ only in case.`,
        "Rename one: host names and the names of Workers have no case.",
      );
    }
    checkTargetKeys({ at, shape }, report);
  }
  const urls = checkUrls(rows, report);
  const machines = checkMachines(rows, report);
  const clusters = rows.map(({ shape }) => clusterOf(shape));
  return rows.map(
    ({ at, shape: { name, tags, target, custom_domain, place, limits, observability, loader } }, index) => ({
      ...{ name: name as RuntimeName, tags, target, custom_domain, place, limits, observability, loader },
      url: urls[index],
      machines: machines[index],
      cluster: clusters[index],
      at: report.placeOf([...at, "name"], "value"),
    }),
  );
}

export function checkModules(rows: readonly Row<ModuleShape>[], folder: string, report: Reporter): ModuleSpec[] {
  checkUnique(rows, "module", report);
  return rows.flatMap((row) => {
    const { at, shape } = row;
    checkName(shape.name, [...at, "name"], "a module", report);
    if (shape.source === undefined && shape.wasm === undefined) {
      if (isSourceWrong(at, report) || !hasWholeOrigin(row, report)) return [];
      report.missing(
        at,
        `The module "${shape.name}" has neither "source" nor "wasm".`,
        'Add source = "atoms/counter" or wasm = "counter.wasm".',
      );
      return [];
    }
    return checkOrigin(row, folder, report) ?? [];
  });
}

/** True if what says where a module comes from was reported already. */
function isSourceWrong(at: TomlPath, report: Reporter): boolean {
  return report.isWrong([...at, "source"]) || report.isWrong([...at, "wasm"]);
}

/** The module that an atom names, directly or by its own name; undefined where that is reported. */
export function checkModuleOf(
  row: Row<AtomShape>,
  modules: readonly string[],
  folder: string,
  report: Reporter,
): { readonly name: string; readonly own?: ModuleSpec } | undefined {
  const { at, shape } = row;
  const direct = (["source", "wasm"] as const).filter((key) => shape[key] !== undefined);
  if (direct[0] === undefined) {
    if (!hasWholeOrigin(row, report)) return undefined;
    if (isSourceWrong(at, report) || report.isWrong([...at, "module"])) return undefined;
    const name = shape.module ?? shape.name;
    if (modules.includes(name)) return { name };
    const remedy = `${didYouMean(name, modules).trim()} Add a [[module]] of that name, or give the atom a source of its own.`;
    const where: TomlPath = shape.module === undefined ? [...at, "name"] : [...at, "module"];
    report.missing(where, `There is no module "${name}".`, remedy.trim(), "module");
    return undefined;
  }
  const key = direct[0];
  if (shape.module !== undefined || modules.includes(shape.name)) {
    report.error(
      [...at, key],
      `The atom "${shape.name}" has a module and a "${key}" of its own.`,
      "Keep one of the two.",
    );
    return undefined;
  }
  const own = checkOrigin(row, folder, report);
  return own === undefined ? undefined : { name: shape.name, own };
}

/** The budget of computing time that is written, which only a metered module keeps to. */
export function checkCpu(
  { at, shape }: Row<Pick<AtomShape, "cpu_ms">>,
  atom: Pick<AtomShape, "name" | "metering">,
  report: Reporter,
): number | undefined {
  if (!atom.metering && shape.cpu_ms !== undefined) {
    report.warning(
      [...at, "cpu_ms"],
      `The atom "${atom.name}" is not metered, so nothing limits its computing time.`,
      "Remove metering = false, or cpu_ms.",
    );
  }
  return shape.cpu_ms;
}

export function checkAliases(
  { at }: Row<unknown>,
  written: AtomShape["aliases"],
  report: Reporter,
): Record<string, readonly string[]> {
  const aliases: Record<string, readonly string[]> = {};
  for (const [scope, values] of Object.entries(written)) {
    aliases[scope] = [...new Set([values].flat())];
    for (const value of aliases[scope]) {
      const wrong = checkAlias(scope, value);
      if (wrong !== undefined)
        report.error([...at, "aliases", scope], wrong.reason, 'Write aliases = { scope = ["value"] }.');
    }
  }
  return aliases;
}

export function checkRoutes({ at }: Row<unknown>, written: AtomShape["http"], report: Reporter): readonly string[] {
  const routes = [written].flat();
  for (const [index, route] of routes.entries()) {
    const wrong = routeMistake(route);
    const where: TomlPath = Array.isArray(written) ? [...at, "http", index] : [...at, "http"];
    if (wrong !== undefined) report.error(where, wrong.message, wrong.remedy);
    else if (routes.indexOf(route) < index) report.error(where, `The route "${route}" stands twice.`, "Keep it once.");
  }
  return routes;
}
