/** Numbers drawn from a seed: the same seed draws the same ones. */
import { Sfc32 } from "../sfc32.ts";

export class Random {
  readonly #numbers: Sfc32;

  /** `stream` gives one seed several independent sequences. */
  constructor(seed: number, stream: number) {
    this.#numbers = new Sfc32(seed, stream, 0x9e3779b9);
  }

  /** An integer from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.fraction() * count);
  }

  /** A number in [0, 1). */
  fraction(): number {
    return this.#numbers.fraction();
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}
