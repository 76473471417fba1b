/** Ratios and their spread. */
import type { Goal, Reading } from "./measurement.ts";

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The figure in terms of its reference. Of two times, rates or sizes it is the quotient; a rate over a time is how many
 * messages the figure moves while the reference makes one round trip.
 */
export function ratioOf(figure: Reading, reference: Reading): number {
  if (figure.unit === reference.unit) return figure.value / reference.value;
  if (figure.unit === "messages/s" && reference.unit === "us") return (figure.value * reference.value) / 1e6;
  throw new Error(`A figure in ${figure.unit} cannot be compared with a reference in ${reference.unit}.`);
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? NaN;
  return (lower + upper) / 2;
}

/** The mean of the middle half: outliers do not count, and the steps of a coarse clock even out. */
export function meanOfMiddle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const quarter = Math.floor(sorted.length / 4);
  const middle = sorted.slice(quarter, sorted.length - quarter);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

export function meets(ratio: number, goal: Goal): boolean {
  return goal.kind === "at least" ? ratio >= goal.bound : ratio <= goal.bound;
}
