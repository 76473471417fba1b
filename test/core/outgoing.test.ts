import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeEnvelopes, type Envelope } from "../../durable/core/envelope.ts";
import { FRAME_BYTES_MAX, FRAME_MESSAGES_MAX } from "../../durable/core/limits.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { Outgoing, type EncodedRun } from "../../durable/core/outgoing.ts";
import * as any from "./arbitraries.ts";
import { outgoingOf, runsOf } from "./encoded.ts";

const A = "cloud/a" as GlobalName;
const B = "cloud/b" as GlobalName;

function messages(count: number, bytes = 1): Envelope[] {
  return Array.from({ length: count }, () => ({ kind: "message" as const, payload: new Uint8Array(bytes) }));
}

function envelopesOf(runs: readonly EncodedRun[]): Envelope[] {
  return runs.flatMap(({ body }) => decodeEnvelopes(body));
}

/** What there is for each destination and channel, in order. */
function taken(outgoing: Outgoing): Record<string, Envelope[]> {
  return Object.fromEntries(
    outgoing.take().map((runs) => [`${runs.to} ${runs.channel}`, envelopesOf(runs.take())] as const),
  );
}

describe("what is outgoing", () => {
  test("1: runs are cut by count and by bytes; an envelope over the bound has a run of its own", () => {
    expect(runsOf(...messages(2 * FRAME_MESSAGES_MAX + 1)).map(({ count }) => count)).toEqual([
      FRAME_MESSAGES_MAX,
      FRAME_MESSAGES_MAX,
      1,
    ]);
    const large = runsOf(...messages(2), ...messages(1, FRAME_BYTES_MAX + 1), ...messages(1));
    expect(large.map(({ count }) => count)).toEqual([2, 1, 1]);
    expect(envelopesOf(large)).toHaveLength(4);
  });

  test("1: what is absorbed is cut as well", () => {
    const pending = new Outgoing();
    const items = messages(FRAME_MESSAGES_MAX - 1).map((envelope) => ({ to: A, channel: "mail" as const, envelope }));
    for (let turn = 0; turn < 3; turn++) for (const runs of outgoingOf(...items).take()) pending.absorb(runs);
    expect(pending.load(A, "mail").messages).toBe(3 * (FRAME_MESSAGES_MAX - 1));
    for (const runs of pending.take()) for (const { count } of runs.take()) expect(count).toBe(FRAME_MESSAGES_MAX - 1);
  });

  test("2: whatever is sent in whichever turns arrives in order, by destination and channel (property)", () => {
    const item = fc.record({
      to: fc.constantFrom(A, B),
      channel: fc.constantFrom("mail" as const, "reply" as const),
      envelope: any.envelope,
    });
    fc.assert(
      fc.property(fc.array(fc.array(item, { maxLength: 6 }), { maxLength: 8 }), (turns) => {
        const turn = new Outgoing();
        const pending = new Outgoing();
        for (const items of turns) {
          for (const { to, channel, envelope } of items) turn.add(turn.runs(to, channel), envelope);
          for (const runs of turn.take()) pending.absorb(runs);
        }
        const sent = turns.flat();
        const byKey = Map.groupBy(sent, ({ to, channel }) => `${to} ${channel}`);
        const expected = [...byKey].map(([key, group]) => [key, group.map(({ envelope }) => envelope)]);
        expect(taken(pending)).toEqual(Object.fromEntries(expected));
        expect([turn.empty, pending.empty]).toEqual([true, true]);
      }),
    );
  });

  test("what waits is counted until it is taken or forgotten", () => {
    const outgoing = outgoingOf(...messages(2).map((envelope) => ({ to: A, channel: "mail" as const, envelope })));
    expect(outgoing.load(A, "mail")).toMatchObject({ messages: 2, bytes: 12 });
    expect(outgoing.load(A, "reply")).toMatchObject({ messages: 0, bytes: 0 });
    outgoing.clear();
    expect([outgoing.load(A, "mail").messages, outgoing.empty]).toEqual([0, true]);
  });
});
