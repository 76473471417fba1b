/** What two atoms of one runtime may not share: their name, and a route. */
import type { RuntimeName } from "../../durable/core/names.ts";
import { settingsOn } from "./atom-settings.ts";
import type { AtomSpec } from "./formula.ts";
import type { Reporter } from "./reporter.ts";
import { routeKey, routeMistake } from "./routes.ts";
import type { TomlPath } from "./toml-places.ts";

export interface PlacedAtom {
  readonly at: TomlPath;
  readonly spec: AtomSpec;
  /** False if its place could not be read: its rule is only the default then. */
  readonly ruleRead: boolean;
}

export function checkCollisions(atoms: readonly PlacedAtom[], report: Reporter): void {
  for (const [index, later] of atoms.entries()) {
    for (const earlier of atoms.slice(0, index)) {
      const shared = later.spec.runtimes.filter((runtime) => earlier.spec.runtimes.includes(runtime));
      if (shared.length === 0 && !isTogether(later, earlier)) continue;
      if (earlier.spec.name === later.spec.name) reportName(later, earlier, shared, report);
      else reportRoutes(later, earlier, shared, report);
    }
  }
}

/** Atoms that could not be placed are together all the same if one name, or every runtime, meets one rule. */
function isTogether(later: PlacedAtom, earlier: PlacedAtom): boolean {
  const [one, other] = [later.spec, earlier.spec];
  if (!later.ruleRead || !earlier.ruleRead || one.runtimes.length > 0 || other.runtimes.length > 0) return false;
  return JSON.stringify(one.rule) === JSON.stringify(other.rule) && (one.name === other.name || one.rule.on === "all");
}

/** On a single runtime only the first atom of a name can be; the others are left out, and that is noted. */
export function firstOfEachName(atoms: readonly PlacedAtom[], report: Reporter): PlacedAtom[] {
  const first = new Map<string, PlacedAtom>();
  for (const atom of atoms) {
    const { name } = atom.spec;
    const earlier = first.get(name);
    first.set(name, earlier ?? atom);
    if (earlier !== undefined) {
      const other = whereIs(earlier, report);
      report.note([...atom.at, "name"], `This "${name}" is not on the single runtime: the one ${other} is.`);
    }
  }
  return [...first.values()];
}

function reportName(later: PlacedAtom, earlier: PlacedAtom, shared: readonly RuntimeName[], report: Reporter): void {
  report.error(
    [...later.at, "name"],
    `Two atoms named "${later.spec.name}" would run on ${listed(shared)}.`,
    `Rename one, or give them places that share no runtime; the first is ${whereIs(earlier, report)}.`,
  );
}

interface SharedRoute {
  readonly at: TomlPath;
  readonly route: string;
  readonly runtimes: RuntimeName[];
}

function reportRoutes(later: PlacedAtom, earlier: PlacedAtom, shared: readonly RuntimeName[], report: Reporter): void {
  for (const { at, route, runtimes } of sharedRoutes(later, earlier, shared)) {
    report.error(
      at,
      `The route "${route}" is that of the atom "${earlier.spec.name}" as well, on ${listed(runtimes)}.`,
      `Give one of them another route; the first is ${whereIs(earlier, report)}.`,
    );
  }
}

/** Each route that both atoms have on a runtime, once for each place where it is written. */
function sharedRoutes(later: PlacedAtom, earlier: PlacedAtom, shared: readonly RuntimeName[]): SharedRoute[] {
  const found = new Map<string, SharedRoute>();
  for (const runtime of shared.length === 0 ? [undefined] : shared) {
    const taken = new Set(routesOf(earlier, runtime).http.map(routeKey));
    const { at, http } = routesOf(later, runtime);
    for (const [index, route] of http.entries()) {
      if (routeMistake(route) !== undefined || !taken.has(routeKey(route))) continue;
      const path = [...at, index];
      const one = found.get(JSON.stringify(path)) ?? { at: path, route, runtimes: [] };
      if (runtime !== undefined) one.runtimes.push(runtime);
      found.set(JSON.stringify(path), one);
    }
  }
  return [...found.values()];
}

/** The routes on a runtime, or everywhere, and where they are written. */
function routesOf(
  { at, spec }: PlacedAtom,
  runtime: RuntimeName | undefined,
): { at: TomlPath; http: readonly string[] } {
  const { http } = runtime === undefined ? spec : settingsOn(spec, runtime);
  const table = runtime === undefined || http === spec.http ? at : [...at, "on", runtime];
  return { at: [...table, "http"], http };
}

/** None are known of atoms that could not be placed, and would be together. */
function listed(runtimes: readonly RuntimeName[]): string {
  return runtimes.length === 0 ? "the same runtimes" : runtimes.map((runtime) => `"${runtime}"`).join(", ");
}

function whereIs(atom: PlacedAtom, report: Reporter): string {
  const place = report.placeOf([...atom.at, "name"], "value");
  return place.kind === "file" ? `in line ${place.line}` : `from ${place.variable}`;
}
