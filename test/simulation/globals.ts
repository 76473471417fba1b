/**
 * What the code under simulation takes from the platform, made a function of the seed: wall clock, randomness, console.
 * A run that forgot one of them here would not repeat itself, which test/simulation/simulator.test.ts looks for.
 */
import type { Random } from "./random.ts";

const CONSOLE = ["debug", "info", "log", "warn", "error"] as const;

/** Runs `work` with the platform's clock and randomness replaced, and puts them back. */
export async function withVirtualPlatform<T>(now: () => number, random: Random, work: () => Promise<T>): Promise<T> {
  const restore = [
    replace(Date, "now", now),
    replace(Math, "random", () => random.next()),
    replace(crypto, "randomUUID", () => uuid(random)),
    ...CONSOLE.map((level) => replace(console, level, () => undefined)),
  ];
  try {
    return await work();
  } finally {
    for (const putBack of restore) putBack();
  }
}

function replace<T extends object, K extends keyof T>(owner: T, name: K, value: T[K]): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(owner, name, before);
    else Reflect.deleteProperty(owner, name);
  };
}

function uuid(random: Random): ReturnType<typeof crypto.randomUUID> {
  const digits = (count: number) => Array.from({ length: count }, () => random.between(0, 15).toString(16)).join("");
  return `${digits(8)}-${digits(4)}-${digits(4)}-${digits(4)}-${digits(12)}`;
}
