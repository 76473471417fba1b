/**
 * What a plan would leave behind: the object of an atom that is removed, or moved to another runtime, keeps its state where it
 * is, and nothing reads it there any more.
 *
 * Invariants
 * 1. What is known to hold nothing is no loss; what could not be asked is one.
 * 2. All questions together end in time, however many atoms there are and however silent their runtimes.
 */
import { z } from "zod";
import { globalName, type GlobalName, type RuntimeName } from "../../durable/core/names.ts";
import { severalAtOnce } from "./at-once.ts";
import type { Inventory } from "./inventory.ts";
import type { AtomChange } from "./plan.ts";
import { ANSWER_MS_MAX } from "./runtime-client.ts";

/** What is not told by then is unknown. */
export const MEASURE_MS_MAX = 60_000;

const holdingsSchema = z.looseObject({
  kv: z.looseObject({ keys: z.number(), bytes: z.number(), complete: z.boolean() }),
  mailbox: z.looseObject({ messages: z.number(), bytes: z.number() }),
  outbox: z.looseObject({ messages: z.number() }),
  deadLetters: z.number(),
});

/** What an atom's object holds. */
export type Holdings = z.output<typeof holdingsSchema>;

/** An atom that goes, and the state that stays where it was. */
export interface LeftBehind {
  readonly name: GlobalName;
  /** Where the atom is from then on, with nothing of its state; missing if it is removed. */
  readonly movedTo?: RuntimeName;
  readonly holds?: Holdings;
  /** Why it is not known what it holds, in whole sentences. */
  readonly reason?: string;
}

interface Going {
  readonly name: GlobalName;
  readonly runtime: RuntimeName;
  readonly movedTo?: RuntimeName;
}

/** Asks the objects of the atoms that would go what they hold. */
export async function leftBehind(
  changes: readonly AtomChange[],
  inventory: Inventory,
  signal: AbortSignal | undefined,
): Promise<LeftBehind[]> {
  const endsAt = performance.now() + MEASURE_MS_MAX;
  return severalAtOnce(changes.flatMap(going), async ({ runtime, ...known }) => {
    const found = inventory.get(runtime);
    const limitMs = Math.min(ANSWER_MS_MAX, endsAt - performance.now());
    if (found?.kind !== "deployed" || limitMs <= 0) return { ...known, reason: "It was not asked in time." };
    const path = `/_radon/v1/atoms/${known.name}/storage`;
    const answer = await found.through.ask({ path, schema: holdingsSchema, limitMs, signal });
    return answer.ok ? { ...known, holds: answer.value } : { ...known, reason: answer.failure.message };
  });
}

function going(change: AtomChange): Going[] {
  if (change.kind === "removed") {
    return [{ name: globalName(change.runtime, change.atom), runtime: change.runtime }];
  }
  if (change.kind !== "moved") return [];
  return [{ name: globalName(change.from, change.atom), runtime: change.from, movedTo: change.to }];
}

export function isLoss({ holds }: LeftBehind): boolean {
  if (holds === undefined) return true;
  return holds.kv.keys + holds.mailbox.messages + holds.outbox.messages + holds.deadLetters > 0;
}
