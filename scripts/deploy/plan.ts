/**
 * The difference between what is deployed and what the formula wants. Pure: it compares what was found out.
 *
 * Invariants
 * 1. Every atom that is wanted or deployed is in the plan once; a copy on each runtime is an atom of its own.
 * 2. An atom that goes from one runtime and comes to another is moved. It is the same one if its name is, and its module's
 *    name or content; of several copies those that stay are told from those that move first.
 * 3. What is not known of a runtime is `unknown`, and makes the plan incomplete; nothing is concluded from it.
 */
import type { DeployedAtom, Deployment } from "../../durable/core/deployment.ts";
import { splitGlobalName, type AtomName, type RuntimeName } from "../../durable/core/names.ts";

/** A runtime as it is deployed, as far as that is known. */
export type DeployedRuntime =
  | { readonly kind: "deployed"; readonly deployment: Deployment }
  | { readonly kind: "absent" }
  | { readonly kind: "unknown"; readonly reason: string };

export interface RuntimeChange {
  /** `updated`: another version is deployed. */
  readonly kind: "added" | "updated" | "unchanged" | "removed" | "unknown";
  readonly runtime: RuntimeName;
  /** The version that is deployed, where that is known. */
  readonly deployed?: string;
  /** The version of the formula; missing of a runtime that it does not have. */
  readonly planned?: string;
  /** Why it is not known what is deployed, in whole sentences. */
  readonly reason?: string;
}

export type AtomChange =
  | { readonly kind: "added" | "removed"; readonly atom: AtomName; readonly runtime: RuntimeName }
  | { readonly kind: "moved"; readonly atom: AtomName; readonly from: RuntimeName; readonly to: RuntimeName }
  /** Its module has other bytes. */
  | {
      readonly kind: "rebuilt";
      readonly atom: AtomName;
      readonly runtime: RuntimeName;
      readonly reconfigured: boolean;
    }
  | { readonly kind: "reconfigured" | "unchanged"; readonly atom: AtomName; readonly runtime: RuntimeName }
  /** Its runtime did not tell whether it has it. */
  | { readonly kind: "unknown"; readonly atom: AtomName; readonly runtime: RuntimeName };

export interface Changes {
  /** In the formula's order, then those that it does not have. */
  readonly runtimes: readonly RuntimeChange[];
  /** By name, then by runtime. */
  readonly atoms: readonly AtomChange[];
  /** False if something that is or may be deployed could not be asked. */
  readonly complete: boolean;
}

/** `wanted` is what each runtime of the formula would be built as. */
export function changesBetween(
  deployed: ReadonlyMap<RuntimeName, DeployedRuntime>,
  wanted: readonly Deployment[],
): Changes {
  const named = new Set(wanted.map(({ runtime }) => runtime));
  const dropped = [...deployed.keys()].filter((runtime) => !named.has(runtime)).sort();
  const runtimes = [
    ...wanted.map(({ runtime, version }) => wantedRuntime(runtime, version, deployed.get(runtime))),
    ...dropped.flatMap((runtime) => droppedRuntime(runtime, deployed.get(runtime))),
  ];
  const complete = runtimes.every(({ reason }) => reason === undefined);
  return { runtimes, atoms: atomChanges(deployed, wanted), complete };
}

const NOT_ASKED: DeployedRuntime = { kind: "unknown", reason: "It was not asked." };

function wantedRuntime(runtime: RuntimeName, planned: string, found: DeployedRuntime = NOT_ASKED): RuntimeChange {
  if (found.kind === "absent") return { kind: "added", runtime, planned };
  if (found.kind === "unknown") return { kind: "unknown", runtime, planned, reason: found.reason };
  const deployed = found.deployment.version;
  return { kind: deployed === planned ? "unchanged" : "updated", runtime, deployed, planned };
}

function droppedRuntime(runtime: RuntimeName, found: DeployedRuntime = NOT_ASKED): RuntimeChange[] {
  if (found.kind === "absent") return [];
  if (found.kind === "unknown") return [{ kind: "removed", runtime, reason: found.reason }];
  return [{ kind: "removed", runtime, deployed: found.deployment.version }];
}

/** An atom on one runtime, deployed or wanted. */
interface Copy extends DeployedAtom {
  readonly atom: AtomName;
  readonly runtime: RuntimeName;
}

function atomChanges(
  deployed: ReadonlyMap<RuntimeName, DeployedRuntime>,
  wanted: readonly Deployment[],
): readonly AtomChange[] {
  const now = [...deployed.values()].flatMap((found) => (found.kind === "deployed" ? copiesOf(found.deployment) : []));
  const then = wanted.flatMap(copiesOf);
  const unknown = then.filter(({ runtime }) => (deployed.get(runtime) ?? NOT_ASKED).kind === "unknown");
  const byName = new Map(now.map((copy) => [copy.name, copy]));
  const stay = then.flatMap((copy) => stayed(byName.get(copy.name), copy));
  const wantedNames = new Set(then.map(({ name }) => name));
  const going = now.filter(({ name }) => !wantedNames.has(name));
  const coming = then.filter((copy) => !byName.has(copy.name) && !unknown.includes(copy));
  const changes: AtomChange[] = [
    ...stay,
    ...unknown.map(({ atom, runtime }) => ({ kind: "unknown", atom, runtime }) as const),
    ...comingAndGoing(going, coming),
  ];
  return changes.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function copiesOf({ atoms }: Deployment): Copy[] {
  return atoms.map((each) => ({ ...each, ...splitGlobalName(each.name) }));
}

function stayed(before: Copy | undefined, { atom, runtime, ...after }: Copy): AtomChange[] {
  if (before === undefined) return [];
  const reconfigured = before.configurationHash !== after.configurationHash;
  if (before.moduleHash !== after.moduleHash) return [{ kind: "rebuilt", atom, runtime, reconfigured }];
  return [{ kind: reconfigured ? "reconfigured" : "unchanged", atom, runtime }];
}

/** Pairs what goes with what comes, in the order of the runtimes' names. */
function comingAndGoing(going: readonly Copy[], coming: readonly Copy[]): AtomChange[] {
  const left = [...coming].sort(byRuntime);
  const gone = [...going].sort(byRuntime).map((copy): AtomChange => {
    const at = left.findIndex((other) => isSameAtom(copy, other));
    const [next] = at < 0 ? [] : left.splice(at, 1);
    const { atom, runtime } = copy;
    return next === undefined
      ? { kind: "removed", atom, runtime }
      : { kind: "moved", atom, from: runtime, to: next.runtime };
  });
  return [...gone, ...left.map(({ atom, runtime }) => ({ kind: "added", atom, runtime }) as const)];
}

function isSameAtom(a: Copy, b: Copy): boolean {
  return a.atom === b.atom && (a.module === b.module || a.moduleHash === b.moduleHash);
}

function byRuntime(a: Copy, b: Copy): number {
  return a.runtime < b.runtime ? -1 : 1;
}

function sortKey(change: AtomChange): string {
  return `${change.atom}/${change.kind === "moved" ? change.from : change.runtime}`;
}
