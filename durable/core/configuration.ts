/**
 * The configuration of an atom as one text, for telling whether two builds gave an atom the same one.
 *
 * Invariants
 * 1. It covers all that the formula says of an atom but its place and its module: their changes have names of their own.
 * 2. The order in which settings were written changes nothing; a setting that is absent is as if it did not exist.
 */
import type { AtomEntry } from "./application.ts";

export function configurationText(atom: AtomEntry): string {
  const { runtime: _runtime, name: _name, module: _module, moduleHash: _hash, ...configuration } = atom;
  return JSON.stringify(ordered(configuration));
}

/** The same value with the keys of its tables in order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, ordered(entry)]));
}
