import { describe, expect, test } from "vitest";
import type { Envelope } from "../../durable/core/envelope.ts";
import type { ChannelClass, Frame } from "../../durable/core/frame.ts";
import {
  ACK_DELAY_MS,
  BATCH_MESSAGES_MAX,
  RETRANSMIT_AFTER_MS,
  RETRY_BACKOFF_MS_MAX,
} from "../../durable/core/limits.ts";
import { Link } from "../../durable/core/link.ts";
import { LEFT, RIGHT } from "./channel-world.ts";
import { runsOf } from "./encoded.ts";

const EPOCH = 20;
const message: Envelope = { kind: "message", payload: new Uint8Array(1) };

function newLink(): Link {
  return new Link(RIGHT, LEFT, EPOCH);
}

function frame(more: Partial<Frame> = {}): Frame {
  const ends = { from: LEFT, to: RIGHT, channel: "mail" as const, fromEpoch: 10, toEpoch: 0 };
  return { ...ends, base: 1, first: 1, count: 1, body: new Uint8Array(1), ...more };
}

const room = () => true;

describe("a link", () => {
  test("1: whatever waits leaves in one batch", () => {
    const link = newLink();
    link.channels.mail.sender.enqueue(runsOf(message));
    link.channels.mail.sender.enqueue(runsOf(message));
    link.channels.reply.sender.enqueue(runsOf(message));
    expect(link.depart(0)?.batch.frames).toHaveLength(3);
    expect(link.depart(0)).toBeNull();
  });

  test("1: the answer to the peer's batch takes frames along", () => {
    const link = newLink();
    link.channels.mail.sender.enqueue(runsOf(message));
    link.depart(0);
    link.channels.reply.sender.enqueue(runsOf(message));
    expect(link.answer(0).frames.map(({ channel }) => channel)).toEqual(["reply"]);
  });

  test("2: a message is acknowledged with the next batch, once its receipt is committed", () => {
    const link = newLink();
    link.onFrame(frame({ count: 4 }), 5, room);
    expect([link.ackDueAtMs, link.dueAtMs()]).toEqual([0, 0]);
    expect([link.depart(5), link.answer(5).acks]).toEqual([null, []]);
    link.channels.mail.receiver.markCommitted();
    expect(link.depart(5)?.batch.acks).toMatchObject([{ next: 5, status: "ok", toEpoch: 10, epoch: EPOCH }]);
    expect(link.answer(30).acks).toEqual([]);
  });

  test("2: a repetition is acknowledged again", () => {
    const link = newLink();
    link.onFrame(frame(), 0, room);
    link.channels.mail.receiver.markCommitted();
    link.answer(0);
    link.onFrame(frame(), 40, room);
    expect(link.answer(40).acks).toMatchObject([{ next: 2 }]);
  });

  test("2: the ack of a reply waits for a frame, or ACK_DELAY_MS", () => {
    const link = newLink();
    link.onFrame(frame({ channel: "reply" }), 5, room);
    link.channels.reply.receiver.markCommitted();
    expect([link.depart(5), link.dueAtMs()]).toEqual([null, 5 + ACK_DELAY_MS]);
    expect(link.depart(5 + ACK_DELAY_MS)?.batch.acks).toMatchObject([{ channel: "reply", next: 2 }]);
    link.onFrame(frame({ channel: "reply", first: 2 }), 40, room);
    link.channels.reply.receiver.markCommitted();
    link.channels.mail.sender.enqueue(runsOf(message));
    expect(link.depart(40)?.batch).toMatchObject({ frames: [{ first: 1 }], acks: [{ channel: "reply", next: 3 }] });
  });

  test("2: a second reply is owed its ack at once, for its sender may have nothing more under way", () => {
    const link = newLink();
    link.onFrame(frame({ channel: "reply" }), 5, room);
    link.onFrame(frame({ channel: "reply", first: 2 }), 5, room);
    link.channels.reply.receiver.markCommitted();
    expect(link.depart(5)?.batch.acks).toMatchObject([{ channel: "reply", next: 3 }]);
  });

  test("a peer that means an older incarnation is told of this one, although this one knows nothing of it", () => {
    const link = newLink();
    link.onFrame(frame({ toEpoch: EPOCH - 1 }), 0, room);
    expect(link.answer(0).acks).toMatchObject([{ status: "replaced", toEpoch: 10, epoch: EPOCH, next: 0 }]);
  });

  test("a peer that is refused is told so, even if later frames of the batch only come ahead", () => {
    const link = newLink();
    link.onFrame(frame(), 0, () => false);
    link.onFrame(frame({ first: 2 }), 0, room);
    expect(link.answer(0).acks).toMatchObject([{ status: "full", next: 1 }]);
  });

  test("a peer that was refused learns at once that there is room again", () => {
    const link = newLink();
    link.onFrame(frame(), 0, () => false);
    link.answer(0);
    expect([link.refusing, link.idle, link.dueAtMs()]).toEqual([true, false, Infinity]);
    link.resume();
    expect(link.dueAtMs()).toBe(0);
    expect(link.depart(1)?.batch.acks).toMatchObject([{ status: "again", next: 1 }]);
  });

  test("so does one that was never told of its refusal, though another frame came meanwhile", () => {
    const link = newLink();
    link.onFrame(frame(), 0, () => false);
    link.resume();
    link.onFrame(frame({ first: 2 }), 0, room);
    expect(link.depart(1)?.batch.acks).toMatchObject([{ status: "again", next: 1 }]);
    link.onFrame(frame({ first: 1 }), 2, room);
    link.channels.mail.receiver.markCommitted();
    expect(link.depart(2)?.batch.acks).toMatchObject([{ status: "ok", next: 3 }]);
  });

  test("a peer that is refused once more before it was told of the room is told of no room", () => {
    const link = newLink();
    link.onFrame(frame(), 0, () => false);
    link.resume();
    link.onFrame(frame(), 0, () => false);
    expect(link.answer(1).acks).toMatchObject([{ status: "full", next: 1 }]);
  });

  test("a frame of a dead incarnation of the peer is not acknowledged, nor takes it an ack from the living one", () => {
    const link = newLink();
    link.onFrame(frame({ fromEpoch: 11 }), 0, room);
    link.channels.mail.receiver.markCommitted();
    link.onFrame(frame({ fromEpoch: 10, toEpoch: 3 }), 0, room);
    expect(link.answer(0).acks).toMatchObject([{ toEpoch: 11, status: "ok" }]);
  });

  test("an ack for another incarnation of this side is ignored", () => {
    const link = newLink();
    link.channels.mail.sender.enqueue(runsOf(message));
    const ack = { from: LEFT, to: RIGHT, channel: "mail" as const, epoch: 10, next: 2, status: "ok" as const };
    expect(link.onAck({ ...ack, toEpoch: EPOCH - 1 }, 0)).toEqual({ kind: "none" });
    expect(link.onAck({ ...ack, toEpoch: EPOCH }, 0)).toMatchObject({ kind: "advanced" });
  });

  test("3: what was lost leaves again with exponential backoff", () => {
    const link = newLink();
    link.channels.mail.sender.enqueue(runsOf(message));
    let nowMs = 0;
    for (const backoffMs of [20, 40, 80]) {
      expect(link.depart(nowMs)?.batch.frames).toHaveLength(1);
      link.onLost(nowMs);
      expect([link.unreachable, link.dueAtMs()]).toEqual([true, nowMs + backoffMs]);
      expect(link.depart(nowMs + backoffMs - 1)).toBeNull();
      nowMs += backoffMs;
    }
    for (let i = 0; i < 20; i++) link.onLost(nowMs);
    expect(link.dueAtMs()).toBe(nowMs + RETRY_BACKOFF_MS_MAX);
    link.onReached();
    expect([link.unreachable, link.dueAtMs()]).toEqual([false, 0]);
  });

  test("what made no progress for long says so when it leaves again", () => {
    const link = newLink();
    link.channels.mail.sender.enqueue(runsOf(message));
    expect(link.depart(0)?.stalled).toBe(false);
    expect(link.depart(RETRANSMIT_AFTER_MS - 1)).toBeNull();
    expect(link.depart(RETRANSMIT_AFTER_MS)).toMatchObject({ stalled: true, batch: { frames: [{ first: 1 }] } });
  });

  test("4: replies leave before interrupts, and both before messages, however many of those wait", () => {
    const link = newLink();
    link.channels.mail.sender.enqueue(runsOf(...Array.from({ length: 2 * BATCH_MESSAGES_MAX }, () => message)));
    link.channels.interrupt.sender.enqueue(runsOf(message));
    link.channels.reply.sender.enqueue(runsOf(message));
    const order = link.depart(0)?.batch.frames.map(({ channel }) => channel) as ChannelClass[];
    expect(order.slice(0, 3)).toEqual(["reply", "interrupt", "mail"]);
  });

  test("a batch is bounded, and the rest leaves with the next one", () => {
    const link = newLink();
    link.channels.mail.sender.enqueue(runsOf(...Array.from({ length: BATCH_MESSAGES_MAX + 1 }, () => message)));
    const count = (frames: readonly Frame[] = []) => frames.reduce((sum, each) => sum + each.count, 0);
    expect(count(link.depart(0)?.batch.frames)).toBe(BATCH_MESSAGES_MAX);
    expect(count(link.depart(0)?.batch.frames)).toBe(1);
  });
});
