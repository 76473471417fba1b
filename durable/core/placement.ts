/**
 * Which runtimes an atom runs on, and why. Pure and deterministic: the same formula is placed the same way on every machine.
 *
 * Invariants
 * 1. An atom runs only on runtimes that have every tag its rule names.
 * 2. Where a rule leaves a choice, rendezvous hashing of the names of atom and runtimes makes it. So a runtime that is added
 *    takes atoms only onto itself, and one that goes gives up only its own.
 * 3. The order in which runtimes are listed decides nothing but the order of the answer.
 */
import { failure, type Failure } from "./errors.ts";
import type { AtomName, RuntimeName } from "./names.ts";
import { rendezvous } from "./rendezvous.ts";

export interface PlacementRule {
  readonly tags: readonly string[];
  /** How many of the matching runtimes run the atom. */
  readonly on: "one" | "all" | number;
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
  const chosen = highest(atom, matching, wanted);
  const names = matching.map((runtime) => runtime.name).filter((name) => chosen.has(name));
  return { runtimes: names, reason: reasonFor(rule, names.length, matching.length, runtimes.length) };
}

/** The `wanted` runtimes that rank highest for the atom: what is left after each choice is chosen from again. */
function highest(atom: AtomName, runtimes: readonly PlacementRuntime[], wanted: number): Set<RuntimeName> {
  const left = new Set(runtimes.map((runtime) => runtime.name));
  const chosen = new Set<RuntimeName>();
  while (chosen.size < wanted) {
    const best = rendezvous(atom, left);
    if (best === undefined) break;
    left.delete(best);
    chosen.add(best);
  }
  return chosen;
}

function reasonFor(rule: PlacementRule, chosen: number, matching: number, all: number): string {
  if (all === 1) return "It is the only runtime.";
  const group = rule.tags.length === 0 ? "runtime" : `runtime ${tagged(rule.tags)}`;
  if (matching === 1) return `It is the only ${group}.`;
  const groups = group.replace("runtime", "runtimes");
  if (rule.on === "all") return `It runs on all ${matching} ${groups}.`;
  if (chosen === matching) return `It runs on ${chosen}, and there are ${matching} ${groups}.`;
  return `It runs on ${chosen} of the ${matching} ${groups}, chosen by the hash of the names.`;
}

function tagged(tags: readonly string[]): string {
  if (tags.length === 0) return "there";
  return `tagged ${tags.map((tag) => `"${tag}"`).join(" and ")}`;
}

function count(matching: number, tags: readonly string[]): string {
  const verb = matching === 1 ? "is" : "are";
  return `${matching} ${verb} ${tagged(tags)}`;
}
