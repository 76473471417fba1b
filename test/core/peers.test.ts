import { describe, expect, test } from "vitest";
import type { Envelope } from "../../durable/core/envelope.ts";
import type { Ack, Frame } from "../../durable/core/frame.ts";
import { encodeEnvelopes } from "../../durable/core/envelope.ts";
import {
  ACK_DELAY_MS,
  LAZY_COMMIT_MS,
  LINKS_MAX,
  OUTBOX_BYTES_MAX,
  OUTBOX_MESSAGES_MAX,
  RETRY_BACKOFF_MS_MIN,
} from "../../durable/core/limits.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { fits } from "../../durable/core/outgoing.ts";
import { Peers } from "../../durable/core/peers.ts";
import { LEFT, RIGHT } from "./channel-world.ts";
import { outgoingOf } from "./encoded.ts";

const EPOCH = 7;
const PEER_EPOCH = 9;
const message: Envelope = { kind: "message", payload: new Uint8Array([1]) };
const mail = (to: GlobalName = RIGHT) => ({ to, channel: "mail" as const, envelope: message });

function peersOf(persistent = true): Peers {
  return new Peers(LEFT, EPOCH, persistent);
}

function ack(next: number, more: Partial<Ack> = {}): Ack {
  return { from: RIGHT, to: LEFT, channel: "mail", toEpoch: EPOCH, epoch: PEER_EPOCH, next, status: "ok", ...more };
}

function frame(first: number, from = RIGHT): Frame {
  const ends = { from, to: LEFT, channel: "mail" as const, fromEpoch: PEER_EPOCH, toEpoch: 0, base: 1 };
  return { ...ends, first, count: 1, body: encodeEnvelopes([message]) };
}

/** How many batches leave. */
function sent(peers: Peers, nowMs: number): number {
  let count = 0;
  peers.depart(nowMs, () => (count += 1));
  return count;
}

function kinds(peers: Peers): string[] {
  return peers.changes().map(({ kind }) => kind);
}

describe("peers", () => {
  test("1: a frame is in the changes of the commit that it was cut in", () => {
    const peers = peersOf();
    peers.enqueue(outgoingOf(mail(), mail()));
    expect(peers.changes()).toMatchObject([
      { kind: "outbox.put", record: { peer: RIGHT, channel: "mail", first: 1, count: 2 } },
    ]);
    expect(peers.changes()).toEqual([]);
  });

  test("2: acknowledged frames go from memory at once and from the store with the next commit", () => {
    const peers = peersOf();
    peers.enqueue(outgoingOf(mail()));
    peers.changes();
    peers.onBatch({ frames: [], acks: [ack(2)] }, 0, () => true);
    expect(peers.unacknowledged).toBe(0);
    expect(peers.changes()).toMatchObject([{ kind: "outbox.delete", below: 2 }, { kind: "sender.put" }]);
  });

  test("5: an ack that leaves rows in the outbox writes nothing of the sender, one that empties it does", () => {
    const peers = peersOf();
    for (let i = 0; i < 3; i++) peers.enqueue(outgoingOf(mail()));
    peers.onBatch({ frames: [], acks: [ack(2)] }, 0, () => true);
    peers.changes();
    peers.onBatch({ frames: [], acks: [ack(3)] }, 0, () => true);
    expect(kinds(peers)).toEqual(["outbox.delete"]);
    peers.onBatch({ frames: [], acks: [ack(4)] }, 0, () => true);
    expect(kinds(peers)).toEqual(["outbox.delete", "sender.put"]);
    peers.onBatch({ frames: [], acks: [ack(4)] }, 0, () => true);
    expect(kinds(peers)).toEqual([]);
  });

  test("5: no number is given twice, whether the outbox still has rows at a restart or not", () => {
    const store = new MemoryStore();
    const before = peersOf();
    before.enqueue(outgoingOf(mail(), mail()));
    store.commit(before.changes());
    const full = peersOf();
    full.restore(store.load(), false);
    expect(full.link(RIGHT).channels.mail.sender.state.next).toBe(3);
    full.onBatch({ frames: [], acks: [ack(3)] }, 0, () => true);
    store.commit(full.changes());
    const empty = peersOf();
    empty.restore(store.load(), false);
    expect([empty.unacknowledged, empty.link(RIGHT).channels.mail.sender.state.next]).toEqual([0, 3]);
  });

  test("2: an ack alone needs no commit before LAZY_COMMIT_MS are over", () => {
    const peers = peersOf();
    peers.enqueue(outgoingOf(mail()));
    expect(peers.mustCommit(0)).toBe(true);
    peers.changes();
    peers.onBatch({ frames: [], acks: [ack(2)] }, 100, () => true);
    expect([peers.mustCommit(100), peers.dueAtMs()]).toEqual([false, 100 + LAZY_COMMIT_MS]);
    expect(peers.mustCommit(100 + LAZY_COMMIT_MS)).toBe(true);
    peers.changes();
    expect(peers.dueAtMs()).toBe(Infinity);
  });

  test("what leaves is known before it does: frames at once, a lost batch after its backoff, nothing once it is under way", () => {
    const peers = peersOf();
    const departs = (nowMs: number) => [peers.departs(nowMs), sent(peers, nowMs) > 0];
    expect(departs(0)).toEqual([false, false]);
    peers.enqueue(outgoingOf(mail()));
    peers.changes();
    expect(departs(0)).toEqual([true, true]);
    expect(departs(1)).toEqual([false, false]);
    peers.link(RIGHT).onLost(1);
    expect(departs(1)).toEqual([false, false]);
    expect(departs(1 + RETRY_BACKOFF_MS_MIN)).toEqual([true, true]);
  });

  test("an ack that went with an answer leaves nothing behind that would leave", () => {
    const peers = peersOf();
    peers.onBatch({ frames: [frame(1)], acks: [] }, 0, () => true);
    expect(peers.departs(0)).toBe(true);
    peers.changes();
    peers.markCommitted();
    peers.link(RIGHT).answer(0);
    expect(peers.departs(0)).toBe(false);
  });

  test("4: a receipt needs a commit once its ack is due: a message's at once, a reply's later", () => {
    const peers = peersOf();
    peers.onBatch({ frames: [{ ...frame(1), channel: "reply" }], acks: [] }, 0, () => true);
    expect([peers.mustCommit(0), peers.mustCommit(ACK_DELAY_MS)]).toEqual([false, true]);
    peers.onBatch({ frames: [frame(1)], acks: [] }, 0, () => true);
    expect(peers.mustCommit(0)).toBe(true);
    peers.changes();
    peers.markCommitted();
    expect(peers.mustCommit(ACK_DELAY_MS)).toBe(false);
  });

  test("4: numbers that the sender gave up are skipped, and that is committed and acknowledged like a receipt", () => {
    const peers = peersOf();
    peers.onBatch({ frames: [frame(1)], acks: [] }, 0, () => true);
    peers.markCommitted();
    peers.onBatch({ frames: [{ ...frame(6), base: 5 }], acks: [] }, 0, () => true);
    expect([peers.mustCommit(0), kinds(peers)]).toEqual([true, ["receiver.put"]]);
    peers.markCommitted();
    expect(peers.link(RIGHT).depart(0)?.batch.acks).toMatchObject([{ next: 5 }]);
  });

  test("2: frames that were given up leave the store even if a later ack speaks of fewer", () => {
    const store = new MemoryStore();
    const peers = peersOf();
    peers.enqueue(outgoingOf(mail()));
    peers.enqueue(outgoingOf(mail()));
    store.commit(peers.changes());
    const unknown = ack(3, { status: "unknown", epoch: 0 });
    const { undeliverable } = peers.onBatch({ frames: [], acks: [unknown, ack(1)] }, 0, () => true);
    expect(undeliverable).toEqual([{ peer: RIGHT, envelopes: [message, message] }]);
    store.commit(peers.changes());
    expect(store.load().outbox).toEqual([]);
  });

  test("frames that are cut after a refusal, before the same commit, are kept", () => {
    const store = new MemoryStore();
    const peers = peersOf();
    peers.enqueue(outgoingOf(mail()));
    store.commit(peers.changes());
    peers.onBatch({ frames: [], acks: [ack(2, { status: "unknown", epoch: 0 })] }, 0, () => true);
    peers.enqueue(outgoingOf(mail()));
    store.commit(peers.changes());
    expect(store.load().outbox.map(({ first }) => first)).toEqual([2]);
  });

  test("what is acknowledged is committed: the receiver's state and its frames are in one commit", () => {
    const peers = peersOf();
    const { frames } = peers.onBatch({ frames: [frame(1)], acks: [] }, 0, () => true);
    expect(frames).toHaveLength(1);
    expect(peers.link(RIGHT).channels.mail.receiver.committed).toBe(1);
    expect(peers.changes()).toMatchObject([{ kind: "receiver.put", record: { epoch: PEER_EPOCH, next: 2 } }]);
    peers.markCommitted();
    expect(peers.link(RIGHT).channels.mail.receiver.committed).toBe(2);
  });

  test("an ack from an atom that nothing was sent to is ignored", () => {
    const peers = peersOf();
    peers.onBatch({ frames: [], acks: [ack(5, { from: "cloud/stranger" as GlobalName })] }, 0, () => true);
    expect([...peers.links]).toEqual([]);
    expect(peers.changes()).toEqual([]);
  });

  test("the outbox is bounded by messages and by bytes, what waits for it counted in", () => {
    const peers = peersOf();
    const room = (messages: number, bytes = 0) =>
      fits({ messages: 0, bytes: 0 }, peers.room(RIGHT, "mail", { messages, bytes }));
    expect([room(OUTBOX_MESSAGES_MAX - 1), room(OUTBOX_MESSAGES_MAX)]).toEqual([true, false]);
    peers.enqueue(outgoingOf(mail()));
    expect([room(OUTBOX_MESSAGES_MAX - 2), room(OUTBOX_MESSAGES_MAX - 1)]).toEqual([true, false]);
    expect(room(0, OUTBOX_BYTES_MAX)).toBe(false);
    expect(peers.room(RIGHT, "reply", { messages: 0, bytes: 0 })).toEqual({
      messages: OUTBOX_MESSAGES_MAX,
      bytes: OUTBOX_BYTES_MAX,
    });
  });

  test("3: a volatile atom's links write nothing, and acknowledge what they have", () => {
    const peers = peersOf(false);
    peers.enqueue(outgoingOf(mail()));
    peers.onBatch({ frames: [frame(1)], acks: [] }, 0, () => true);
    expect(peers.changes()).toEqual([]);
    peers.markCommitted();
    expect(peers.link(RIGHT).channels.mail.receiver.committed).toBe(2);
  });

  test("3: those of an atom that becomes volatile still take from the store what has arrived, and write nothing else", () => {
    const peers = peersOf();
    peers.enqueue(outgoingOf(mail()));
    expect(kinds(peers)).toEqual(["outbox.put"]);
    peers.onBatch({ frames: [], acks: [ack(2)] }, 0, () => true);
    peers.forgoStore();
    peers.enqueue(outgoingOf(mail()));
    expect(kinds(peers)).toEqual(["outbox.delete"]);
  });

  test("7: it hears from so many atoms at most, and from those for good", () => {
    const peers = peersOf();
    const hear = (from: string) => {
      peers.onBatch({ frames: [frame(1, from as GlobalName)], acks: [] }, 0, () => true);
      peers.changes();
      peers.markCommitted();
      peers.depart(0, () => undefined);
    };
    for (let index = 0; index < LINKS_MAX; index += 1) hear(`edge/made-up-${index}`);
    expect(() => hear("edge/one-more")).toThrow(`hears from ${LINKS_MAX} atoms already`);
    expect(peers.idle).toBe(true);
    hear("edge/made-up-0");
    expect(peers.changes()).toEqual([]);
  });

  test("a new incarnation over the same store starts its count at what is not acknowledged", () => {
    const store = new MemoryStore();
    const before = peersOf();
    before.enqueue(outgoingOf(mail()));
    before.enqueue(outgoingOf(mail()));
    store.commit(before.changes());
    before.onBatch({ frames: [], acks: [ack(2)] }, 0, () => true);
    store.commit(before.changes());
    const after = new Peers(LEFT, EPOCH + 1, true);
    after.restore(store.load(), true);
    expect(after.link(RIGHT).depart(0)?.batch.frames).toMatchObject([{ base: 2, first: 2 }]);
    expect(kinds(after)).toEqual(["sender.put"]);
  });

  test("4: links that have nothing to do are not asked", () => {
    const peers = peersOf();
    const names = Array.from({ length: 10 }, (_, i) => `edge/peer-${i}` as GlobalName);
    for (const name of names) peers.enqueue(outgoingOf(mail(name)));
    expect([...peers.links]).toHaveLength(10);
    for (const from of names.slice(1)) peers.onBatch({ frames: [], acks: [ack(2, { from })] }, 0, () => true);
    expect([...peers.links].map(({ peer }) => peer)).toEqual([names[0]]);
    expect(peers.idle).toBe(false);
    peers.onBatch({ frames: [], acks: [ack(2, { from: names[0] as GlobalName })] }, 0, () => true);
    expect(peers.idle).toBe(true);
    peers.onBatch({ frames: [frame(1, names[3])], acks: [] }, 0, () => true);
    expect([...peers.links].map(({ peer }) => peer)).toEqual([names[3]]);
  });

  test("peers that were refused are told together that there is room", () => {
    const peers = peersOf();
    peers.onBatch({ frames: [frame(1)], acks: [] }, 0, () => false);
    expect([peers.refusing, peers.idle]).toEqual([true, false]);
    peers.link(RIGHT).answer(0);
    peers.resume();
    expect(peers.refusing).toBe(false);
    expect(peers.link(RIGHT).depart(0)?.batch.acks).toMatchObject([{ status: "again", next: 1 }]);
  });
});
