/**
 * Questions to a directory: which atom is meant by a name, and which atoms have a name or an alias that matches.
 *
 * Invariants
 * 1. A global name means that atom or nothing; a bare name means an atom of the asker's own runtime if there is one, else
 *    one of the others, always the same one for the same asker and atoms (see rendezvous.ts).
 * 2. In the empty scope a pattern is matched against an atom's bare name and against its global name: either is enough.
 *    In another scope it is matched against the atom's values there: one is enough. The whole of it has to match.
 * 3. `all` answers in order of global names; `any` answers one of them, chosen as a bare name is.
 * 4. A literal is read from an index; anything else is tried only on texts that start with its literal prefix.
 * 5. An answer is bounded, and so is the work for it.
 */
import type { Directory } from "./directory.ts";
import { failure, type Failure } from "./errors.ts";
import { parseDestination, splitGlobalName, type GlobalName, type RuntimeName } from "./names.ts";
import type { Pattern, PatternCache } from "./patterns.ts";
import { rendezvous } from "./rendezvous.ts";
import type { TextIndex } from "./text-index.ts";

export const LOOKUP_NAMES_DEFAULT = 100;
export const LOOKUP_NAMES_MAX = 10_000;
/**
 * Characters tried times instructions of the program: what a lookup can cost at worst. The worst patterns take some 50 ns
 * a step, usual ones a hundredth of it.
 */
export const LOOKUP_STEPS_MAX = 50_000_000;

/** Who asks: an atom by its global name, or "" for a client of the runtime. */
export type Asker = GlobalName | "";

export interface LookupQuery {
  readonly mode: "any" | "all";
  /** "" matches names, any other scope the aliases in it. */
  readonly scope: string;
  readonly pattern: string;
  /** The most names to answer; none, or 0 and less, is the default, and more than the maximum is the maximum. */
  readonly limit?: number;
  readonly asker: Asker;
}

export interface LookupAnswer {
  readonly names: readonly GlobalName[];
  /** True if more atoms match than the limit let through. */
  readonly truncated: boolean;
}

/** The atom that `text`, a global or a bare name, means for `asker`; `home` is the runtime of a client without a name. */
export function resolve(directory: Directory, text: string, asker: Asker, home: RuntimeName): GlobalName | Failure {
  const destination = parseDestination(text);
  if ("code" in destination) return destination;
  const { kind, name } = destination;
  const found = kind === "global" ? directory.global.exact(name) : directory.bare.exact(name);
  return choose(found, asker, home) ?? failure("NOT_FOUND", `There is no atom ${name}.`);
}

export function lookup(
  directory: Directory,
  patterns: PatternCache,
  query: LookupQuery,
  home: RuntimeName,
): LookupAnswer | Failure {
  const pattern = patterns.get(query.pattern);
  if ("code" in pattern) return pattern;
  const found = search(indexesOf(directory, query.scope), pattern);
  pattern.release();
  if ("code" in found) return found;
  if (query.mode === "all") return firstOf(found, limitOf(query.limit));
  const any = choose(found, query.asker, home);
  return { names: any === undefined ? [] : [any], truncated: false };
}

function indexesOf(directory: Directory, scope: string): readonly TextIndex[] {
  if (scope === "") return [directory.bare, directory.global];
  const index = directory.scope(scope);
  return index === undefined ? [] : [index];
}

function search(indexes: readonly TextIndex[], pattern: Pattern): Set<GlobalName> | Failure {
  const found = new Set<GlobalName>();
  let steps = 0;
  for (const index of indexes) {
    const candidates = pattern.literal ? literally(index, pattern) : index.startingWith(pattern.prefix);
    for (const [text, names] of candidates) {
      steps += text.length * pattern.instructions;
      if (steps > LOOKUP_STEPS_MAX) return tooMuchWork(pattern);
      if (pattern.matches(text)) for (const name of names) found.add(name);
    }
  }
  return found;
}

function literally(index: TextIndex, pattern: Pattern): (readonly [string, ReadonlySet<GlobalName>])[] {
  return [[pattern.prefix, index.exact(pattern.prefix)]];
}

function tooMuchWork(pattern: Pattern): Failure {
  const reason = `The pattern \`${pattern.source}\` is too costly for this many names: let it start with a longer literal text, or repeat less.`;
  return failure("INVALID", reason);
}

function choose(names: ReadonlySet<GlobalName>, asker: Asker, home: RuntimeName): GlobalName | undefined {
  const own = asker === "" ? home : splitGlobalName(asker).runtime;
  const local = [...names].filter((name) => splitGlobalName(name).runtime === own);
  return rendezvous(asker === "" ? home : asker, local.length > 0 ? local : names);
}

function limitOf(limit: number | undefined): number {
  return limit === undefined || limit <= 0 ? LOOKUP_NAMES_DEFAULT : Math.min(limit, LOOKUP_NAMES_MAX);
}

function firstOf(found: ReadonlySet<GlobalName>, limit: number): LookupAnswer {
  const names = [...found].sort();
  return { names: names.slice(0, limit), truncated: names.length > limit };
}
