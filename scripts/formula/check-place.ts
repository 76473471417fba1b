/** Where an atom may run: the tags that its place names are there, and enough runtimes have them. */
import type { AtomName } from "../../durable/core/names.ts";
import { place } from "../../durable/core/placement.ts";
import { didYouMean } from "../../durable/core/suggest.ts";
import type { Row } from "./check.ts";
import type { AtomSpec, RuntimeSpec } from "./formula.ts";
import type { Reporter } from "./reporter.ts";
import type { AtomShape } from "./schema.ts";

export function checkPlacement(
  row: Row<AtomShape>,
  runtimes: readonly RuntimeSpec[],
  report: Reporter,
): Pick<AtomSpec, "runtimes" | "reason"> | undefined {
  const { at, shape } = row;
  const known = [...new Set(runtimes.flatMap((runtime) => runtime.tags))];
  const unknownTags = shape.place.tags.filter((tag) => !known.includes(tag));
  for (const tag of unknownTags) {
    const path = [...at, "place", "tags", shape.place.tags.indexOf(tag)];
    report.missing(path, noSuchTag(tag), hintFor(tag, known), "runtime");
  }
  warnOfWishes(row, known, report);
  if (unknownTags.length > 0 || !report.isWhole("runtime")) return undefined;
  const placement = place(shape.name as AtomName, shape.place, runtimes);
  if (!("code" in placement)) return placement;
  const key = placement.code === "NOT_FOUND" ? "tags" : "on";
  const remedy =
    key === "tags"
      ? "A runtime must have all of these tags: name fewer, or tag a runtime with them."
      : 'Lower "on", write on = "all", or add runtimes.';
  report.missing([...at, "place", key], placement.reason, remedy, "runtime");
  return undefined;
}

/** A wish that nothing can fulfil places the atom all the same; it is said, because it may be a slip of the pen. */
function warnOfWishes({ at, shape }: Row<AtomShape>, known: readonly string[], report: Reporter): void {
  const { on, spread } = shape.place;
  for (const key of ["prefer", "spread"] as const) {
    for (const [index, tag] of shape.place[key].entries()) {
      if (known.includes(tag) || !report.isWhole("runtime")) continue;
      report.warning([...at, "place", key, index], noSuchTag(tag), hintFor(tag, known));
    }
  }
  if (spread.length === 0 || (typeof on === "number" && on > 1)) return;
  const message = `"spread" says how several copies are spread, and on = ${JSON.stringify(on)} leaves nothing to spread.`;
  report.warning([...at, "place", "spread"], message, "Write on = 2 or more, or remove spread.");
}

function noSuchTag(tag: string): string {
  return `No runtime has the tag "${tag}".`;
}

function hintFor(tag: string, known: readonly string[]): string {
  const hint =
    known.length === 0
      ? `None has any tags: give one tags = ["${tag}"].`
      : `Tags of the runtimes: ${known.join(", ")}.`;
  return `${didYouMean(tag, known)} ${hint}`.trim();
}
