/**
 * Measures figures, each beside its references.
 *
 * Invariants
 * 1. Figure and references alternate: reference, figure, reference, figure, ..., reference. A figure is divided by the mean of
 *    the references before and after it, so what the machine does meanwhile changes both.
 * 2. A figure that fails is reported with its reason, and the figures after it get a new process.
 */
import type { Bench, Comparison, Figure, Goal, Reading } from "./measurement.ts";
import { median, meets, ratioOf, spreadOf, type Spread } from "./ratio.ts";
import type { Storage } from "./stage.ts";

export interface ComparisonResult {
  /** Undefined where the figure is compared with nothing: then the ratios are its values. */
  readonly reference: string | undefined;
  readonly references: readonly Reading[];
  readonly ratios: readonly number[];
  readonly ratio: Spread;
  readonly goal: Goal | undefined;
  readonly limit: string | undefined;
  readonly met: boolean | undefined;
}

interface Identity {
  readonly name: string;
  readonly title: string;
  readonly storage: Storage;
}

export type FigureResult = Identity &
  (
    | {
        readonly ok: true;
        readonly readings: readonly Reading[];
        readonly median: number;
        readonly comparisons: readonly ComparisonResult[];
      }
    | { readonly ok: false; readonly error: string }
  );

export async function runFigure(figure: Figure, bench: Bench): Promise<FigureResult> {
  const { name, title } = figure;
  const identity = { name, title, storage: bench.storage };
  try {
    return { ...identity, ok: true, ...(await measureFigure(figure, bench)) };
  } catch (error) {
    return { ...identity, ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

type Measured = Pick<FigureResult & { ok: true }, "readings" | "median" | "comparisons">;

async function measureFigure({ measure, comparisons }: Figure, bench: Bench): Promise<Measured> {
  const references: Reading[][] = [await readReferences(comparisons, bench)];
  const readings: Reading[] = [];
  for (let round = 0; round < bench.pace.rounds; round += 1) {
    readings.push(await measure(bench));
    references.push(await readReferences(comparisons, bench));
  }
  return {
    readings,
    median: median(readings.map(({ value }) => value)),
    comparisons: comparisons.map((comparison, index) => {
      const own = references.flatMap((round) => round[index] ?? []);
      return compare(comparison, readings, own, bench.storage);
    }),
  };
}

async function readReferences(comparisons: readonly Comparison[], bench: Bench): Promise<Reading[]> {
  const readings: Reading[] = [];
  for (const { reference } of comparisons) readings.push(reference ? await reference.measure(bench) : NOTHING);
  return readings;
}

const NOTHING: Reading = { value: 1, unit: "us" };

function compare(
  { reference, goals, limits }: Comparison,
  readings: readonly Reading[],
  references: readonly Reading[],
  storage: Storage,
): ComparisonResult {
  const ratios = readings.map((reading, round) =>
    reference ? ratioOf(reading, between(references, round)) : reading.value,
  );
  const ratio = spreadOf(ratios);
  const goal = goals[storage];
  return {
    reference: reference?.name,
    references: reference ? references : [],
    ratios,
    ratio,
    goal,
    limit: limits?.[storage],
    met: goal && meets(ratio.median, goal),
  };
}

/** The mean of the references before and after a round. */
function between(references: readonly Reading[], round: number): Reading {
  const [before, after] = [references[round], references[round + 1]];
  if (!before || !after) throw new Error("A round lacks one of its references.");
  return { value: (before.value + after.value) / 2, unit: before.unit };
}
