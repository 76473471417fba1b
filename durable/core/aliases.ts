/** The aliases that an atom gave itself or took back, as a delta over those of its configuration. */
import { failure, type Failure } from "./errors.ts";
import { ALIASES_MAX, ALIAS_BYTES_MAX } from "./limits.ts";
import type { AliasChange } from "./turn.ts";

export type Alias = readonly [scope: string, value: string];

export interface AliasDelta {
  /** Grows with every change: the naming replica keeps the newest. */
  readonly revision: number;
  readonly added: readonly Alias[];
  readonly removed: readonly Alias[];
}

export const NO_ALIASES: AliasDelta = { revision: 0, added: [], removed: [] };

/** What is wrong with an alias, if anything. */
export function checkAlias(scope: string, value: string): Failure | undefined {
  if (scope === "") return failure("INVALID", "An alias needs a scope: the empty scope is that of the atoms' names.");
  if (value === "") return failure("INVALID", `The alias in scope "${scope}" is empty.`);
  if (/[\n\r\0]/.test(scope + value)) return failure("INVALID", "A scope or an alias holds no line breaks and no NUL.");
  const bytes = new TextEncoder().encode(scope + value).length;
  return bytes > ALIAS_BYTES_MAX
    ? failure("TOO_LARGE", `Scope and alias are ${bytes} bytes; together they may have ${ALIAS_BYTES_MAX}.`)
    : undefined;
}

export function applyAliases(delta: AliasDelta, changes: readonly AliasChange[]): AliasDelta {
  const added = new Map(delta.added.map((alias) => [aliasKey(alias), alias]));
  const removed = new Map(delta.removed.map((alias) => [aliasKey(alias), alias]));
  for (const { kind, scope, value } of changes) {
    const alias: Alias = [scope, value];
    const [into, outOf] = kind === "add" ? [added, removed] : [removed, added];
    outOf.delete(aliasKey(alias));
    into.set(aliasKey(alias), alias);
  }
  return { revision: delta.revision + 1, added: [...added.values()], removed: [...removed.values()] };
}

/** BUSY if the atom has as many aliases as it may. */
export function checkAliasCount(delta: AliasDelta): Failure | undefined {
  return delta.added.length >= ALIASES_MAX ? failure("BUSY", `The atom gave itself ${ALIASES_MAX} aliases, the most it may.`) : undefined;
}

function aliasKey([scope, value]: Alias): string {
  return `${scope}\0${value}`;
}
