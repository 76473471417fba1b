/**
 * Which incarnation of its atom an object is.
 *
 * Invariants
 * 1. Epochs of one atom grow: over restarts by what the store remembers, over a lost store by the clock.
 * 2. A durable atom stays the same incarnation as long as its store lives; a volatile one is a new incarnation at every
 *    start, and so is one that has become durable, for its channels were in memory only.
 * 3. An atom that has become volatile is still what its store says, until its mailbox is empty and all that it sent has arrived
 *    (`Atom` sees to that).
 */
import type { Durability } from "./application.ts";
import type { Change } from "./store.ts";

export interface Incarnation {
  readonly epoch: number;
  /** True if the store is that of another incarnation. */
  readonly renewed: boolean;
  /** True if its channels are in the store. */
  readonly persistent: boolean;
  /** What the store has to remember. */
  readonly changes: readonly Change[];
}

/** Epochs are creation times with ten random bits, so that two never meet. */
const EPOCH_RANDOM = 1024;

/** `random` is a number in [0, 1). */
export function incarnationOf(
  state: ReadonlyMap<string, string>,
  durability: Durability,
  nowMs: number,
  random: number,
): Incarnation {
  const last = Number(state.get("epoch") ?? 0);
  if (last > 0 && state.get("durability") === "durable")
    return { epoch: last, renewed: false, persistent: true, changes: [] };
  const fresh = Math.floor(nowMs) * EPOCH_RANDOM + Math.floor(random * EPOCH_RANDOM);
  const epoch = Math.max(fresh, last + 1);
  const changes: Change[] = [{ kind: "state", name: "epoch", value: String(epoch) }, durabilityChange(durability)];
  return { epoch, renewed: last > 0, persistent: durability === "durable", changes };
}

export function durabilityChange(durability: Durability): Change {
  return { kind: "state", name: "durability", value: durability };
}
