/** A plan as people read it, and as scripts do. */
import { sizeText } from "../terminal/build-progress.ts";
import { table } from "../terminal/table.ts";
import type { LeftBehind } from "./losses.ts";
import type { Plan } from "./plan-against-deployed.ts";
import type { AtomChange, RuntimeChange } from "./plan.ts";

export function changesText(plan: Plan): string {
  const runtimes = table(["RUNTIME", "CHANGE", "DEPLOYED", "PLANNED"], plan.runtimes.map(runtimeRow));
  const incomplete = "This plan is not complete: not everything that may be deployed could be asked.";
  return [runtimes, ...atomTexts(plan), ...(plan.complete ? [] : [incomplete])].join("\n\n");
}

/** What changes; what stays as it is, or is on a runtime that nothing is known of, is only counted. */
export function atomTexts({ atoms, left }: Pick<Plan, "atoms" | "left">): string[] {
  const changed = atoms.filter(({ kind }) => kind !== "unchanged" && kind !== "unknown");
  return [
    ...(changed.length === 0 ? [] : [table(["ATOM", "CHANGE", "WHERE"], changed.map(atomRow))]),
    countText(atoms),
    ...(left.length === 0 ? [] : [leftText(left)]),
  ];
}

function runtimeRow({ kind, runtime, deployed, planned }: RuntimeChange): string[] {
  const unseen = kind === "unknown" || (kind === "removed" && deployed === undefined);
  return [runtime, kind, deployed ?? (unseen ? "unknown" : ""), planned ?? ""];
}

function atomRow(change: AtomChange): string[] {
  if (change.kind === "moved") return [change.atom, change.kind, `from ${change.from} to ${change.to}`];
  const kind = change.kind === "rebuilt" && change.reconfigured ? "rebuilt, reconfigured" : change.kind;
  return [change.atom, kind, `${change.kind === "removed" ? "from" : "on"} ${change.runtime}`];
}

const KINDS = ["added", "moved", "removed", "rebuilt", "reconfigured", "unchanged", "unknown"] as const;

function countText(atoms: readonly AtomChange[]): string {
  const counts = KINDS.map((kind) => [kind, atoms.filter((each) => each.kind === kind).length] as const);
  const told = counts.flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`]));
  return `Atoms: ${told.join(", ")}.`;
}

function leftText(left: readonly LeftBehind[]): string {
  const header = ["LEFT BEHIND", "KEYS", "SIZE", "WAITING", "UNSENT", "DEAD LETTERS"];
  return table(header, left.map(leftRow));
}

function leftRow({ name, holds }: LeftBehind): string[] {
  if (holds === undefined) return [name, "unknown"];
  const { kv, mailbox, outbox, deadLetters } = holds;
  const more = kv.complete ? "" : "over ";
  return [
    name,
    `${more}${kv.keys}`,
    `${more}${sizeText(kv.bytes)}`,
    String(mailbox.messages),
    String(outbox.messages),
    String(deadLetters),
  ];
}

/** What could not be found out, as sentences. */
export function planTroubles({ runtimes, left }: Plan): string[] {
  const reasons = [...runtimes, ...left].flatMap(({ reason }) => (reason === undefined ? [] : [reason]));
  return [...new Set(reasons)];
}

/** `change` says what a `kind` says in the plan: an atom has a kind of its own. */
export function changesJson({ complete, runtimes, atoms, left }: Plan): Record<string, unknown> {
  const named = ({ kind, ...rest }: RuntimeChange | AtomChange) => ({ change: kind, ...rest });
  return { complete, runtimes: runtimes.map(named), atoms: atoms.map(named), left };
}
