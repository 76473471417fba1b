/** The faults of a run, drawn from its seed: the kills spread over its time, smaller ones between them. */
import type { RuntimeEntry } from "../../durable/core/application.ts";
import { NAMING_OBJECT_NAME } from "../../durable/naming-wire.ts";
import type { Bank, BankAtom } from "./bank.ts";
import type { Random } from "./random.ts";
import { KILLS, type Kill } from "./system.ts";

export type Fault =
  | { readonly kind: "kill"; readonly atMs: number; readonly kill: Kill }
  /** `atom` null: the naming object of the runtime. */
  | { readonly kind: "abort"; readonly atMs: number; readonly atom: BankAtom | null; readonly runtime: string }
  | {
      readonly kind: "lanes";
      readonly atMs: number;
      readonly atom: BankAtom;
      readonly runtime: string;
      readonly forMs: number;
    }
  | { readonly kind: "restart"; readonly atMs: number; readonly atom: BankAtom };
export type SmallFault = Exclude<Fault, { kind: "kill" }>;

const PAUSE_MS_MAX = 500;
const LANES_MS_MAX = 1_500;
/** So much of a run is left in peace at its start, and after the last kill. */
const QUIET_MS = 500;

/** In the order of their time. */
export function drawFaults(durationMs: number, kills: number, bank: Bank, random: Random): Fault[] {
  const faults: Fault[] = [];
  const slotMs = Math.max(0, durationMs - 2 * QUIET_MS) / Math.max(1, kills);
  for (let kill = 0; kill < kills; kill += 1) {
    faults.push({ kind: "kill", atMs: QUIET_MS + slotMs * (kill + random.fraction()), kill: random.pick(KILLS) });
  }
  for (let atMs = QUIET_MS; atMs < durationMs; atMs += random.below(PAUSE_MS_MAX)) {
    faults.push(drawSmallFault(atMs, bank, random));
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
}

function drawSmallFault(atMs: number, { accounts, tellers }: Bank, random: Random): SmallFault {
  const atom = random.pick([...accounts, ...tellers]);
  const drawn = random.below(10);
  if (drawn < 5) return { kind: "abort", atMs, atom: drawn === 0 ? null : atom, runtime: atom.runtime };
  if (drawn < 9) return { kind: "lanes", atMs, atom, runtime: atom.runtime, forMs: random.below(LANES_MS_MAX) };
  return { kind: "restart", atMs, atom };
}

/** Where a small fault is asked for; `entries` are the runtimes as the leader's Worker has them bound. */
export function faultPath(fault: SmallFault, entries: readonly RuntimeEntry[]): string {
  switch (fault.kind) {
    case "abort":
      return `/_chaos/${objectOf(fault, entries)}/abort`;
    case "lanes":
      return `/_chaos/${objectOf(fault, entries)}/lanes?ms=${fault.forMs}`;
    case "restart":
      return `/_radon/v1/atoms/${fault.atom.global}/restart`;
  }
}

function objectOf(
  { atom, runtime }: { atom: BankAtom | null; runtime: string },
  entries: readonly RuntimeEntry[],
): string {
  const entry = entries.find(({ name }) => name === runtime);
  if (!entry) throw new Error(`The bank has no runtime ${runtime}.`);
  return atom ? `${entry.atomsBinding}/${atom.name}` : `${entry.namingBinding}/${NAMING_OBJECT_NAME}`;
}
