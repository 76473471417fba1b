import { describe, expect, test } from "vitest";
import type { Envelope } from "../../durable/core/envelope.ts";
import type { ChannelClass, Frame } from "../../durable/core/frame.ts";
import { ACK_DELAY_MS, BATCH_MESSAGES_MAX, RETRY_BACKOFF_MS_MAX } from "../../durable/core/limits.ts";
import { Link } from "../../durable/core/link.ts";
import { LEFT, RIGHT } from "./channel-world.ts";

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
  test("1: at most one exchange that this side opened is under way", () => {
    const link = newLink();
    link.senders.mail.enqueue([message]);
    expect(link.open(0)?.frames).toHaveLength(1);
    link.senders.mail.enqueue([message]);
    expect(link.open(0)).toBeNull();
    expect(link.dueAtMs()).toBe(Infinity);
    link.onExchangeEnd("answered", 1);
    expect(link.open(1)?.frames).toHaveLength(1);
  });

  test("1: the answer to the peer's exchange takes frames along all the same", () => {
    const link = newLink();
    link.senders.mail.enqueue([message]);
    link.open(0);
    link.senders.reply.enqueue([message]);
    expect(link.answer(0).frames.map(({ channel }) => channel)).toEqual(["reply"]);
  });

  test("2: every frame is acknowledged, with the answer or ACK_DELAY_MS later at most", () => {
    const link = newLink();
    link.onFrame(frame(), 5, room);
    expect(link.open(5)).toBeNull();
    expect(link.dueAtMs()).toBe(5 + ACK_DELAY_MS);
    expect(link.open(5 + ACK_DELAY_MS)?.acks).toMatchObject([{ next: 1, status: "ok", toEpoch: 10, epoch: EPOCH }]);
    expect(link.answer(30).acks).toEqual([]);
    link.onFrame(frame(), 40, room);
    expect(link.answer(40).acks).toHaveLength(1);
  });

  test("2: an ack speaks of what is committed only", () => {
    const link = newLink();
    link.onFrame(frame({ count: 4 }), 0, room);
    expect(link.answer(0).acks).toMatchObject([{ next: 1 }]);
    link.receivers.mail.markCommitted();
    link.onFrame(frame({ count: 4 }), 0, room);
    expect(link.answer(0).acks).toMatchObject([{ next: 5 }]);
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
    expect(link.open(1)?.acks).toMatchObject([{ status: "ok", next: 1 }]);
  });

  test("a frame of a dead incarnation of the peer is not acknowledged, nor takes it an ack from the living one", () => {
    const link = newLink();
    link.onFrame(frame({ fromEpoch: 11 }), 0, room);
    link.onFrame(frame({ fromEpoch: 10, toEpoch: 3 }), 0, room);
    expect(link.answer(0).acks).toMatchObject([{ toEpoch: 11, status: "ok" }]);
  });

  test("an ack for another incarnation of this side is ignored", () => {
    const link = newLink();
    link.senders.mail.enqueue([message]);
    const ack = { from: LEFT, to: RIGHT, channel: "mail" as const, epoch: 10, next: 2, status: "ok" as const };
    expect(link.onAck({ ...ack, toEpoch: EPOCH - 1 }, 0)).toEqual({ kind: "none" });
    expect(link.onAck({ ...ack, toEpoch: EPOCH }, 0)).toMatchObject({ kind: "advanced" });
  });

  test("3: a failed exchange is tried again with exponential backoff, and carries its frames again", () => {
    const link = newLink();
    link.senders.mail.enqueue([message]);
    let nowMs = 0;
    for (const backoffMs of [20, 40, 80]) {
      expect(link.open(nowMs)?.frames).toHaveLength(1);
      link.onExchangeEnd("failed", nowMs);
      expect([link.unreachable, link.dueAtMs()]).toEqual([true, nowMs + backoffMs]);
      expect(link.open(nowMs + backoffMs - 1)).toBeNull();
      nowMs += backoffMs;
    }
    for (let i = 0; i < 20; i++) link.onExchangeEnd("failed", nowMs);
    expect(link.dueAtMs()).toBe(nowMs + RETRY_BACKOFF_MS_MAX);
    link.onExchangeEnd("answered", nowMs);
    expect(link.unreachable).toBe(false);
  });

  test("4: replies leave before interrupts, and both before messages, however many of those wait", () => {
    const link = newLink();
    link.senders.mail.enqueue(Array.from({ length: 2 * BATCH_MESSAGES_MAX }, () => message));
    link.senders.interrupt.enqueue([message]);
    link.senders.reply.enqueue([message]);
    const order = link.open(0)?.frames.map(({ channel }) => channel) as ChannelClass[];
    expect(order.slice(0, 3)).toEqual(["reply", "interrupt", "mail"]);
  });

  test("a batch is bounded, and takes the rest with the next exchange", () => {
    const link = newLink();
    link.senders.mail.enqueue(Array.from({ length: BATCH_MESSAGES_MAX + 1 }, () => message));
    const count = (frames: readonly Frame[] = []) => frames.reduce((sum, each) => sum + each.count, 0);
    expect(count(link.open(0)?.frames)).toBe(BATCH_MESSAGES_MAX);
    link.onExchangeEnd("answered", 0);
    expect(count(link.open(0)?.frames)).toBe(1);
  });
});
