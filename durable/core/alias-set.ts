/**
 * The aliases that an atom has: values by scope.
 *
 * Invariants
 * 1. A set has one form: scopes and values in order, no value twice in its scope, no scope without values. So two equal
 *    sets are equal as JSON.
 * 2. An atom's set is what its configuration gives it, with what it added and without what it removed.
 */
import type { Alias, AliasDelta } from "./aliases.ts";

export type AliasSet = Readonly<Record<string, readonly string[]>>;

/** The pairs of a set, in order. */
export function aliasPairs(set: AliasSet): Alias[] {
  return Object.entries(set).flatMap(([scope, values]) => values.map((value): Alias => [scope, value]));
}

export function aliasSet(pairs: Iterable<Alias>): AliasSet {
  const byScope = new Map<string, Set<string>>();
  for (const [scope, value] of pairs) {
    const values = byScope.get(scope) ?? new Set<string>();
    byScope.set(scope, values.add(value));
  }
  const scopes = [...byScope].sort(([a], [b]) => (a < b ? -1 : 1));
  // `fromEntries` defines its members, so that even a scope named `__proto__` is one like any other.
  return Object.fromEntries(scopes.map(([scope, values]) => [scope, [...values].sort()]));
}

/** The set of an atom that was configured with `configured` and has since made `delta`. */
export function effectiveAliases(configured: AliasSet, delta: AliasDelta): AliasSet {
  const removed = aliasSet(delta.removed);
  const isRemoved = ([scope, value]: Alias): boolean =>
    Object.hasOwn(removed, scope) && (removed[scope]?.includes(value) ?? false);
  return aliasSet([...aliasPairs(configured), ...delta.added].filter((alias) => !isRemoved(alias)));
}
