/**
 * The aliases that an atom gave itself or took back, as a delta over those of its configuration.
 *
 * Invariants
 * 1. An alias is in one of `added` and `removed` at most; what came last counts.
 * 2. `removed` holds aliases of the configuration only, so that it never outgrows that.
 */
import { failure, type Failure } from "./errors.ts";
import { ALIASES_MAX, ALIAS_BYTES_MAX } from "./limits.ts";

export type Alias = readonly [scope: string, value: string];

export interface AliasChange {
  readonly kind: "add" | "remove";
  readonly scope: string;
  readonly value: string;
}

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

export type IsConfigured = (scope: string, value: string) => boolean;

/** A delta in the making: each change costs the same, however many there are. */
export class AliasDraft {
  readonly #added: Map<string, Alias>;
  readonly #removed: Map<string, Alias>;
  readonly #isConfigured: IsConfigured;

  constructor(delta: Omit<AliasDelta, "revision">, isConfigured: IsConfigured) {
    this.#added = new Map(delta.added.map((alias) => [aliasKey(alias), alias]));
    this.#removed = new Map(delta.removed.map((alias) => [aliasKey(alias), alias]));
    this.#isConfigured = isConfigured;
  }

  /** Why the atom cannot make this change, if it cannot. */
  refuse({ kind, scope, value }: AliasChange): Failure | undefined {
    const key = aliasKey([scope, value]);
    if (kind === "add") {
      const full = !this.#added.has(key) && this.#added.size >= ALIASES_MAX;
      return full ? failure("BUSY", `The atom gave itself ${ALIASES_MAX} aliases, the most it may.`) : undefined;
    }
    const has = this.#added.has(key) || (this.#isConfigured(scope, value) && !this.#removed.has(key));
    return has ? undefined : failure("NOT_FOUND", `The atom has no alias "${value}" in scope "${scope}".`);
  }

  apply({ kind, scope, value }: AliasChange): void {
    const alias: Alias = [scope, value];
    const key = aliasKey(alias);
    this.#added.delete(key);
    this.#removed.delete(key);
    if (kind === "add") this.#added.set(key, alias);
    else if (this.#isConfigured(scope, value)) this.#removed.set(key, alias);
  }

  finish(revision: number): AliasDelta {
    return { revision, added: [...this.#added.values()], removed: [...this.#removed.values()] };
  }
}

function aliasKey([scope, value]: Alias): string {
  return `${scope}\0${value}`;
}
