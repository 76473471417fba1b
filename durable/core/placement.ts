/**
 * Which runtimes an atom runs on, and why. Pure and deterministic: the same formula is placed the same way on every machine.
 *
 * Invariants
 * 1. An atom runs only on runtimes that have every tag its rule names.
 * 2. A runtime that is added takes at most one copy of an atom, onto itself, and one that goes gives up only its own: no copy
 *    ever moves between two runtimes that stay.
 * 3. The order in which runtimes are listed decides nothing but the order of the answer.
 * 4. No runtime is left out for one that is preferred less, unless the spread asks for it.
 * 5. Copies that are spread are as even over the groups as the runtimes in these allow.
 *
 * Why 2 holds: the runtimes of a rule have an order that no other runtime changes (preferences, then rendezvous hashing), and
 * the copies go to the first ones. A spread deals them out in rounds, one of each group a round; a runtime that comes to a
 * group moves those behind it by one place at most, so that the group gives up its last copy or wins one from another.
 */
import { failure, type Failure } from "./errors.ts";
import type { AtomName, RuntimeName } from "./names.ts";
import { ranked } from "./rendezvous.ts";

export interface PlacementRule {
  readonly tags: readonly string[];
  /** How many of the matching runtimes run the atom. */
  readonly on: "one" | "all" | number;
  /** Tags that a runtime had better have; each counts more than all those after it. */
  readonly prefer?: readonly string[];
  /** Tags whose bearers are groups that copies are dealt out to; a runtime is of the first group that it has the tag of. */
  readonly spread?: readonly string[];
}

export interface PlacementRuntime {
  readonly name: RuntimeName;
  readonly tags: readonly string[];
}

export interface Placement {
  readonly runtimes: readonly RuntimeName[];
  /** Why these, as a sentence. */
  readonly reason: string;
}

/** Chooses the runtimes of an atom, or tells why it can run nowhere. */
export function place(atom: AtomName, rule: PlacementRule, runtimes: readonly PlacementRuntime[]): Placement | Failure {
  const matching = runtimes.filter((runtime) => rule.tags.every((tag) => runtime.tags.includes(tag)));
  if (matching.length === 0) return failure("NOT_FOUND", `No runtime is ${tagged(rule.tags)}.`);
  const wanted = rule.on === "all" ? matching.length : rule.on === "one" ? 1 : rule.on;
  if (wanted > matching.length) {
    return failure("INVALID", `It is to run on ${wanted} runtimes, but only ${count(matching.length, rule.tags)}.`);
  }
  const ordered = inOrder(atom, rule, matching);
  const chosen = new Set(dealtOut(rule, ordered).slice(0, wanted));
  const names = matching.filter((runtime) => chosen.has(runtime)).map((runtime) => runtime.name);
  return { runtimes: names, reason: reasonFor(rule, names.length, matching.length, runtimes.length) };
}

/** The best first: by what is preferred, and where that leaves a choice, by the hash of the names. */
function inOrder(atom: AtomName, rule: PlacementRule, matching: readonly PlacementRuntime[]): PlacementRuntime[] {
  const names = ranked(
    atom,
    matching.map((runtime) => runtime.name),
  );
  const rank = new Map(names.map((name, index) => [name, index]));
  const lacks = (runtime: PlacementRuntime): string =>
    (rule.prefer ?? []).map((tag) => (runtime.tags.includes(tag) ? "0" : "1")).join("");
  return [...matching].sort((a, b) => {
    const [first, second] = [lacks(a), lacks(b)];
    if (first !== second) return first < second ? -1 : 1;
    return (rank.get(a.name) ?? 0) - (rank.get(b.name) ?? 0);
  });
}

/** The same runtimes, in rounds of one of each group; what is in no group is dealt out last in its round. */
function dealtOut(rule: PlacementRule, ordered: readonly PlacementRuntime[]): readonly PlacementRuntime[] {
  const spread = rule.spread ?? [];
  if (spread.length === 0 || !hasSeveralCopies(rule)) return ordered;
  const sizes = new Map<number, number>();
  const dealt = ordered.map((runtime, rank) => {
    const group = spread.findIndex((tag) => runtime.tags.includes(tag));
    const round = sizes.get(group) ?? 0;
    sizes.set(group, round + 1);
    return { runtime, round, last: group === -1 ? 1 : 0, rank };
  });
  dealt.sort((a, b) => a.round - b.round || a.last - b.last || a.rank - b.rank);
  return dealt.map(({ runtime }) => runtime);
}

function hasSeveralCopies({ on }: PlacementRule): boolean {
  return typeof on === "number" && on > 1;
}

function reasonFor(rule: PlacementRule, chosen: number, matching: number, all: number): string {
  if (all === 1) return "It is the only runtime.";
  const group = rule.tags.length === 0 ? "runtime" : `runtime ${tagged(rule.tags)}`;
  if (matching === 1) return `It is the only ${group}.`;
  const groups = group.replace("runtime", "runtimes");
  if (rule.on === "all") return `It runs on all ${matching} ${groups}.`;
  if (chosen === matching) return `It runs on ${chosen}, and there are ${matching} ${groups}.`;
  return `It runs on ${chosen} of the ${matching} ${groups}, ${choiceFor(rule)}.`;
}

function choiceFor(rule: PlacementRule): string {
  const { prefer = [], spread = [] } = rule;
  const spreads = spread.length > 0 && hasSeveralCopies(rule);
  const parts = [
    ...(spreads ? [`spread over ${quoted(spread, ", ")}`] : []),
    ...(prefer.length > 0 ? [`preferring ${quoted(prefer, ", then ")}`] : []),
  ];
  if (parts.length === 0) return "chosen by the hash of the names";
  return `${parts.join(", ")}, and then by the hash of the names`;
}

function quoted(tags: readonly string[], separator: string): string {
  return tags.map((tag) => `"${tag}"`).join(separator);
}

function tagged(tags: readonly string[]): string {
  if (tags.length === 0) return "there";
  return `tagged ${quoted(tags, " and ")}`;
}

function count(matching: number, tags: readonly string[]): string {
  const verb = matching === 1 ? "is" : "are";
  return `${matching} ${verb} ${tagged(tags)}`;
}
