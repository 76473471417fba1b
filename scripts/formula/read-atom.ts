/** One [[atom]] of a formula: its module, the runtimes that run it, and what it is given on each. */
import type { AtomName, RuntimeName } from "../../durable/core/names.ts";
import { didYouMean } from "../../durable/core/suggest.ts";
import { overridden, readSettings, type AtomSettings } from "./atom-settings.ts";
import { checkModuleOf, checkName, type Row } from "./check.ts";
import { checkPlacement } from "./check-place.ts";
import type { PlacedAtom } from "./collisions.ts";
import { ONLY_RUNTIME, type AtomSpec, type ModuleSpec, type RuntimeSpec } from "./formula.ts";
import type { Reporter } from "./reporter.ts";
import type { AtomShape } from "./schema.ts";

export interface AtomContext {
  readonly folder: string;
  readonly single: boolean;
  readonly report: Reporter;
  readonly runtimes: readonly RuntimeSpec[];
  /** The names of the modules. */
  readonly known: readonly string[];
}

export interface ReadAtom {
  readonly placed: PlacedAtom;
  /** The module of an atom with a source of its own. */
  readonly own: ModuleSpec | undefined;
  readonly module: string | undefined;
}

export function readAtom(row: Row<AtomShape>, context: AtomContext): ReadAtom {
  const { folder, single, report, runtimes, known } = context;
  const { at, shape } = row;
  checkName(shape.name, [...at, "name"], "an atom", report);
  const module = checkModuleOf(row, known, folder, report);
  const ruleRead = !report.isWrong([...at, "place"]);
  const placement = ruleRead ? checkPlacement(row, runtimes, report) : undefined;
  const inSingle = { runtimes: [ONLY_RUNTIME], reason: "Every atom is on the one runtime of this build." };
  const settings = readSettings(row, report);
  const on = readOverrides(row, settings, context);
  const spec: AtomSpec = {
    ...(single ? inSingle : (placement ?? { runtimes: [], reason: "" })),
    name: shape.name as AtomName,
    module: module?.name ?? "",
    kind: shape.kind,
    rule: shape.place,
    metering: shape.metering,
    place: report.placeOf(at, "value"),
    ...settings,
    on: single ? new Map() : on,
  };
  return { placed: { at, spec, ruleRead }, own: module?.own, module: module?.name };
}

function readOverrides(
  { at, shape }: Row<AtomShape>,
  base: AtomSettings,
  { report, runtimes }: AtomContext,
): ReadonlyMap<RuntimeName, AtomSettings> {
  const names = [...new Set(runtimes.map((runtime) => runtime.name))];
  const found = new Map<RuntimeName, AtomSettings>();
  for (const [given, override] of Object.entries(shape.on)) {
    const row = { at: [...at, "on", given], shape: override };
    const settings = overridden(base, row, shape, report);
    const runtime = names.find((name) => name === given);
    if (runtime !== undefined) found.set(runtime, settings);
    else if (report.isWhole("runtime")) {
      const remedy = `${didYouMean(given, names).trim()} Runtimes: ${names.join(", ")}.`.trim();
      report.keyError(row.at, `There is no runtime "${given}".`, remedy);
    }
  }
  return found;
}

/** Warns of settings for runtimes that do not run the atom. Atoms of one name share a variable: one of them is enough. */
export function checkOverrides(atoms: readonly PlacedAtom[], report: Reporter): void {
  for (const { at, spec } of atoms) {
    const strays =
      spec.runtimes.length === 0 ? [] : [...spec.on.keys()].filter((name) => !spec.runtimes.includes(name));
    for (const runtime of strays) {
      const path = [...at, "on", runtime];
      const fromVariable = report.placeOf(path, "value").kind === "variable";
      if (fromVariable && atoms.some((other) => other.spec.name === spec.name && other.spec.runtimes.includes(runtime)))
        continue;
      const message = `The atom "${spec.name}" does not run on "${runtime}", so this sets nothing.`;
      report.warning(path, message, `It runs on ${spec.runtimes.join(", ")}: write one of these, or change its place.`);
    }
  }
}
