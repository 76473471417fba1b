/**
 * Random numbers from a seed. Each use has a stream of its own, by name, so that what one part of a run draws does not
 * change what another part draws.
 */
import { Sfc32 } from "../sfc32.ts";

export class Random {
  readonly #numbers: Sfc32;

  constructor(seed: number, stream: string) {
    this.#numbers = new Sfc32(seed, Math.floor(seed / 2 ** 32), hashOf(stream));
  }

  /** In [0, 1). */
  next(): number {
    return this.#numbers.fraction();
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.next() * items.length)];
    if (item === undefined) throw new Error("There is nothing to pick from.");
    return item;
  }

  /** One of the keys, each as likely as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) if ((left -= weight) < 0) return key;
    return (entries[0] as [K, number])[0];
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
