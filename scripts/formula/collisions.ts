/** What two atoms of one runtime may not share: their name, and a route. */
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
      const shared = sharedRuntimes(later, earlier);
      if (shared === undefined) continue;
      if (earlier.spec.name === later.spec.name) reportName(later, earlier, shared, report);
      else reportRoutes(later, earlier, shared, report);
    }
  }
}

/** The runtimes that two atoms share, as text; undefined if they share none. */
function sharedRuntimes(later: PlacedAtom, earlier: PlacedAtom): string | undefined {
  const shared = later.spec.runtimes.filter((runtime) => earlier.spec.runtimes.includes(runtime));
  if (shared.length > 0) return shared.map((runtime) => `"${runtime}"`).join(", ");
  return isTogether(later, earlier) ? "the same runtimes" : undefined;
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

function reportName(later: PlacedAtom, earlier: PlacedAtom, shared: string, report: Reporter): void {
  report.error(
    [...later.at, "name"],
    `Two atoms named "${later.spec.name}" would run on ${shared}.`,
    `Rename one, or give them places that share no runtime; the first is ${whereIs(earlier, report)}.`,
  );
}

function reportRoutes(later: PlacedAtom, earlier: PlacedAtom, shared: string, report: Reporter): void {
  const taken = new Set(earlier.spec.http.map(routeKey));
  for (const [index, route] of later.spec.http.entries()) {
    if (routeMistake(route) !== undefined || !taken.has(routeKey(route))) continue;
    const listed: TomlPath = [...later.at, "http", index];
    report.error(
      listed,
      `The route "${route}" is that of the atom "${earlier.spec.name}" as well, on ${shared}.`,
      `Give one of them another route; the first is ${whereIs(earlier, report)}.`,
    );
  }
}

function whereIs(atom: PlacedAtom, report: Reporter): string {
  const place = report.placeOf([...atom.at, "name"], "value");
  return place.kind === "file" ? `in line ${place.line}` : `from ${place.variable}`;
}
