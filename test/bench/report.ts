/** The results as a table for people and as JSON for programs. */
import { table } from "../../scripts/terminal/table.ts";
import type { Goal } from "./measurement.ts";
import { median, type Spread } from "./ratio.ts";
import type { ComparisonResult, FigureResult } from "./run-figures.ts";

const HEADER = ["figure", "storage", "measured", "ratio", "min..max", "to", "goal", "limit", "met"];

export function tableOf(results: readonly FigureResult[]): string {
  return [table(HEADER, results.flatMap(rowsOf)), ...results.flatMap(failureOf)].join("\n");
}

function failureOf(result: FigureResult): string[] {
  return result.ok ? [] : [`${result.name} on ${result.storage} failed: ${result.error}`];
}

function rowsOf(result: FigureResult): string[][] {
  const { name, storage } = result;
  if (!result.ok) return [[name, storage, "failed"]];
  const unit = result.readings[0]?.unit ?? "";
  const measured = `${shown(result.median)} ${unit}`;
  return result.comparisons.map((comparison, index) => {
    const first = index === 0 ? [name, storage, measured] : ["", "", ""];
    return [...first, ...comparisonCells(comparison)];
  });
}

function comparisonCells({ reference, references, ratio, goal, limit, met }: ComparisonResult): string[] {
  const values = references.map(({ value }) => value);
  const to = reference === undefined ? "" : `${reference} (${shown(median(values))} ${references[0]?.unit ?? ""})`;
  const verdict = met === undefined ? "" : met ? "yes" : "no";
  return [shown(ratio.median), range(ratio), to, shownGoal(goal), limit ?? "", verdict];
}

function shownGoal(goal: Goal | undefined): string {
  if (goal === undefined) return "";
  return `${goal.kind === "at least" ? ">=" : "<="} ${goal.bound}`;
}

function range({ min, max }: Spread): string {
  return `${shown(min)}..${shown(max)}`;
}

/** Three digits that say something, and no more. */
function shown(value: number): string {
  if (!Number.isFinite(value)) return "-";
  if (value >= 1000) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(3);
}
