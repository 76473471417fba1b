/** Reads what a store is told at a commit: which turns it holds, and whether what left with them is what they sent. */
import { decodeEnvelopes } from "../../durable/core/envelope.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import type { Change } from "../../durable/core/store.ts";
import { TURN_PREFIX } from "./journal.ts";
import type { Fact, Ledger, TurnFacts } from "./ledger.ts";
import { uidOf } from "./payload.ts";

/** The turns that the commit holds, in their order. */
export function turnsIn(changes: readonly Change[], ledger: Ledger): TurnFacts[] {
  return changes.flatMap((change) => {
    if (change.kind !== "kv" || !change.key.startsWith(TURN_PREFIX)) return [];
    return [ledger.turns.get(Number(change.key.slice(TURN_PREFIX.length))) as TurnFacts];
  });
}

/** Numbers of the messages that the commit buries. */
export function buriedIn(changes: readonly Change[]): number[] {
  return changes.flatMap((change) => (change.kind === "dead.put" ? numbersIn(change.letter.body) : []));
}

/** How the outbox rows of the commit differ from what its turns sent, if they do. */
export function outboxMismatch(
  changes: readonly Change[],
  turns: readonly TurnFacts[],
  self: GlobalName,
): string | undefined {
  const expected = new Map<string, number[]>();
  for (const { facts } of turns) for (const fact of facts) noteLeaving(fact, self, expected);
  const actual = new Map<string, number[]>();
  for (const change of changes) {
    if (change.kind !== "outbox.put") continue;
    const { peer, channel, body } = change.record;
    const numbers = numbersIn(body);
    if (numbers.length > 0) into(actual, `${channel} to ${peer}`, ...numbers);
  }
  for (const way of new Set([...expected.keys(), ...actual.keys()])) {
    const [sent, stored] = [expected.get(way) ?? [], actual.get(way) ?? []];
    if (sent.join() !== stored.join())
      return `${way}: the turns sent [${sent.join()}], the outbox got [${stored.join()}]`;
  }
  return undefined;
}

function noteLeaving(fact: Fact, self: GlobalName, expected: Map<string, number[]>): void {
  if (fact.kind === "sent" && fact.to !== self)
    into(expected, `${fact.mail.class === "interrupt" ? "interrupt" : "mail"} to ${fact.to}`, fact.mail.uid);
  if (fact.kind === "answered" && fact.asker !== self && fact.asker !== "")
    into(expected, `reply to ${fact.asker}`, fact.answer.uid);
}

function into(map: Map<string, number[]>, key: string, ...numbers: number[]): void {
  map.set(key, [...(map.get(key) ?? []), ...numbers]);
}

/** The failures that the runtime gives as answers have no number. */
function numbersIn(body: Uint8Array): number[] {
  return decodeEnvelopes(body).flatMap((envelope) => uidOf(envelope) ?? []);
}
