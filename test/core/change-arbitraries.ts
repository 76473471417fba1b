/** Random changes about few things, so that one often speaks of what another one spoke of. */
import fc from "fast-check";
import type { JournalChange } from "../../durable/core/change-codec.ts";
import { CHANNEL_CLASSES } from "../../durable/core/frame.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import type { Change, IdempotencyRecord } from "../../durable/core/store.ts";

export const KEYS = ["", "a", "a\x00", "\x80", "\xff"] as const;
export const IDEMPOTENCY_KEYS = ["k", "k ü", "other"] as const;
export const STATE_NAMES = ["epoch", "ended", "name"] as const;
const PEERS = ["edge-1/peer", "cloud/other"] as GlobalName[];

const bytes = fc.uint8Array({ maxLength: 9 });
const number = fc.oneof(fc.nat(4), fc.constant(2 ** 52 + 1));
const peer = fc.constantFrom(...PEERS);
const asker = fc.constantFrom(...PEERS, "" as const);
const ends = { peer, channel: fc.constantFrom(...CHANNEL_CLASSES) };

function change<K extends Change["kind"]>(
  kind: K,
  rest: { [F in keyof Omit<Extract<Change, { kind: K }>, "kind">]: fc.Arbitrary<Extract<Change, { kind: K }>[F]> },
): fc.Arbitrary<Extract<Change, { kind: K }>> {
  return fc.record({ kind: fc.constant(kind), ...rest }) as unknown as fc.Arbitrary<Extract<Change, { kind: K }>>;
}

const idempotencyRecord: fc.Arbitrary<IdempotencyRecord> = fc.record({
  key: fc.constantFrom(...IDEMPOTENCY_KEYS),
  atMs: fc.double({ min: 0, max: 10, noNaN: true }),
  position: number,
  answer: fc.option(bytes),
});

/** What a journal holds. */
export const journalChange: fc.Arbitrary<JournalChange> = fc.oneof(
  change("kv", { key: fc.constantFrom(...KEYS), value: fc.option(bytes) }),
  change("mail.put", {
    record: fc.record({ first: number, count: fc.nat(1000), from: asker, body: bytes, done: bytes }),
  }),
  change("mail.done", { first: number, done: bytes }),
  change("mail.delete", { first: number }),
  change("attempt.put", { record: fc.record({ position: number, attempt: number, traps: number }) }),
  change("attempt.delete", { position: number }),
  change("open.put", {
    request: fc.record({
      token: number,
      asker,
      request: number,
      kind: fc.constantFrom("request" as const, "http" as const),
      taken: fc.boolean(),
    }),
  }),
  change("open.delete", { token: number }),
  change("outbox.put", { record: fc.record({ ...ends, first: number, count: fc.nat(1000), body: bytes }) }),
  change("outbox.delete", { ...ends, below: fc.oneof(number, fc.constant(Infinity)) }),
  change("sender.put", { record: fc.record({ ...ends, next: number, base: number, peerEpoch: number }) }),
  change("receiver.put", { record: fc.record({ ...ends, epoch: number, next: number }) }),
  change("idempotency.put", { record: idempotencyRecord }),
  change("idempotency.delete", { key: fc.constantFrom(...IDEMPOTENCY_KEYS) }),
  change("state", { name: fc.constantFrom(...STATE_NAMES), value: fc.string({ unit: "grapheme", maxLength: 9 }) }),
);

/** What goes past the journal. */
export const rareChange: fc.Arbitrary<Change> = fc.oneof(
  change("dead.put", {
    letter: fc.record({
      id: fc.nat(4),
      atMs: fc.nat(9),
      direction: fc.constantFrom("in" as const, "out" as const),
      peer: asker,
      reason: fc.string({ maxLength: 9 }),
      body: bytes,
    }),
  }),
  change("dead.delete", { id: fc.nat(4) }),
  change("idempotency.expire", { beforeMs: fc.nat(10), keep: fc.nat(3) }),
);
