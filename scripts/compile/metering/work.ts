/**
 * Which functions are counted by those that call them: short ones without loops, which call none but such. What is left counts
 * itself when it is entered.
 *
 * Invariants
 * 1. A function that may call itself, over whichever others, counts itself, or one on the way does: recursion is counted.
 */
import type { FunctionBody, Stretch } from "./function-body.ts";
import { COUNTED_UNITS_MAX } from "./weights.ts";

/** Deeper chains of calls are not followed. */
const DEPTH_MAX = 64;
const UNBOUNDED = Infinity;

export class Work {
  readonly #bodies: readonly FunctionBody[];
  readonly #firstFunction: number;
  readonly #units = new Map<number, number>();

  /** `firstFunction`: the index of the first of the bodies. */
  constructor(bodies: readonly FunctionBody[], firstFunction: number) {
    this.#bodies = bodies;
    this.#firstFunction = firstFunction;
  }

  /** True if the function has to count itself. */
  countsItself(index: number): boolean {
    return this.#unitsOfFunction(index, 0) === UNBOUNDED;
  }

  /** What a stretch costs, the functions included that do not count themselves. */
  unitsOf({ units, callees }: Stretch): number {
    const counted = callees.map((callee) => this.#unitsOfFunction(callee, 0));
    return counted.filter((each) => each !== UNBOUNDED).reduce((sum, each) => sum + each, units);
  }

  /** What a call of the function costs at most, or UNBOUNDED if it counts itself. */
  #unitsOfFunction(index: number, depth: number): number {
    const known = this.#units.get(index);
    if (known !== undefined) return known;
    const body = this.#bodies[index - this.#firstFunction];
    if (!body || body.loops || body.callsUnknown || depth > DEPTH_MAX) return UNBOUNDED;
    // Whoever comes back to it on the way finds it unbounded, so a circle of calls never is bounded.
    this.#units.set(index, UNBOUNDED);
    const callees = body.entry.callees.map((callee) => this.#unitsOfFunction(callee, depth + 1));
    const sum = callees.reduce((total, each) => total + each, body.entry.units);
    const units = sum <= COUNTED_UNITS_MAX ? sum : UNBOUNDED;
    this.#units.set(index, units);
    return units;
  }
}
