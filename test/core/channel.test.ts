import { describe, expect, test } from "vitest";
import { SenderChannel, type LeavingFrame } from "../../durable/core/channel.ts";
import type { Ack, AckStatus, Frame } from "../../durable/core/frame.ts";
import {
  BATCHES_UNDER_WAY_MAX,
  REORDER_BYTES_MAX,
  REORDER_FRAMES_MAX,
  RETRANSMIT_AFTER_MS,
  RETRY_BACKOFF_MS_MAX,
  RETRY_BACKOFF_MS_MIN,
} from "../../durable/core/limits.ts";
import type { EncodedRun } from "../../durable/core/outgoing.ts";
import { ReceiverChannel } from "../../durable/core/receiver.ts";
import { LEFT, RIGHT } from "./channel-world.ts";
import { runsOf } from "./encoded.ts";

const SENDER = 10;
const RECEIVER = 20;

function messages(count: number): EncodedRun[] {
  return runsOf(...Array.from({ length: count }, () => ({ kind: "message" as const, payload: new Uint8Array(1) })));
}

function ackOf(next: number, status: AckStatus = "ok", epoch = RECEIVER): Ack {
  return { from: RIGHT, to: LEFT, channel: "mail", toEpoch: SENDER, epoch, next, status };
}

/** A sender with `frames` frames of one message each. */
function senderOf(frames: number): SenderChannel {
  const sender = new SenderChannel();
  for (let i = 0; i < frames; i++) sender.enqueue(messages(1));
  return sender;
}

function take(sender: SenderChannel, nowMs: number, most = Infinity): number[] {
  return leaving(sender, nowMs, most).map(({ first }) => first);
}

function leaving(sender: SenderChannel, nowMs: number, most = Infinity): LeavingFrame[] {
  return sender.take(nowMs, { messages: most, bytes: Infinity });
}

describe("the sender half", () => {
  test("1: a frame is kept until a cumulative ack covers it", () => {
    const sender = senderOf(3);
    expect(take(sender, 0)).toEqual([1, 2, 3]);
    expect(sender.onAck(ackOf(3), 1)).toEqual({ kind: "advanced", upTo: 3, contacted: true });
    expect(sender.messages).toBe(1);
    expect(sender.onAck(ackOf(2), 1)).toEqual({ kind: "none" });
    expect(sender.onAck(ackOf(4), 1)).toEqual({ kind: "advanced", upTo: 4, contacted: false });
    expect([sender.messages, sender.bytes]).toEqual([0, 0]);
  });

  test("1: an ack in the middle of a frame covers none of it", () => {
    const sender = new SenderChannel();
    sender.enqueue(messages(5));
    sender.onAck(ackOf(5), 0);
    expect(sender.messages).toBe(5);
  });

  test("frames leave as far as there is room, the rest the next time", () => {
    const sender = senderOf(5);
    expect(take(sender, 0, 2)).toEqual([1, 2]);
    expect(sender.dueAtMs()).toBe(0);
    expect(take(sender, 0)).toEqual([3, 4, 5]);
    expect(take(sender, 0)).toEqual([]);
  });

  test("5: no more than BATCHES_UNDER_WAY_MAX batches are under way; what comes then waits for an ack", () => {
    const sender = senderOf(1);
    for (let batch = 1; batch <= BATCHES_UNDER_WAY_MAX; batch++) {
      expect(take(sender, 0)).toEqual([batch]);
      sender.enqueue(messages(1));
    }
    sender.enqueue(messages(1));
    expect([take(sender, 0), sender.dueAtMs()]).toEqual([[], RETRANSMIT_AFTER_MS]);
    sender.onAck(ackOf(2), 1);
    expect(take(sender, 1)).toEqual([BATCHES_UNDER_WAY_MAX + 1, BATCHES_UNDER_WAY_MAX + 2]);
  });

  test("4: epochs: an ack of another incarnation is ignored", () => {
    const sender = senderOf(2);
    sender.onAck(ackOf(1), 0);
    expect(sender.onAck(ackOf(3, "ok", RECEIVER - 1), 0)).toEqual({ kind: "none" });
    expect(sender.onAck(ackOf(3, "ok", RECEIVER + 1), 0)).toEqual({ kind: "none" });
    expect(sender.messages).toBe(2);
  });

  test("4: a newer incarnation gets, from base on, all that the older one did not acknowledge", () => {
    const sender = senderOf(3);
    take(sender, 0);
    sender.onAck(ackOf(2), 0);
    expect(sender.onAck(ackOf(0, "replaced", RECEIVER + 1), 0)).toEqual({ kind: "readdressed" });
    expect(leaving(sender, 0).map(({ first, base, toEpoch }) => [first, base, toEpoch])).toEqual([
      [2, 2, RECEIVER + 1],
      [3, 2, RECEIVER + 1],
    ]);
    expect(sender.onAck(ackOf(0, "replaced", RECEIVER), 0)).toEqual({ kind: "none" });
    expect(sender.state).toEqual({ next: 4, base: 2, peerEpoch: RECEIVER + 1 });
  });

  test("4: a repeated `replaced` of the incarnation that is known by now is an ack like any other", () => {
    const sender = senderOf(2);
    sender.onAck(ackOf(1), 0);
    expect(sender.onAck(ackOf(3, "replaced"), 0)).toMatchObject({ kind: "advanced", upTo: 3 });
  });

  test("5: what made no progress leaves again, from the front, and progress puts that off", () => {
    const sender = senderOf(3);
    take(sender, 0);
    expect(sender.dueAtMs()).toBe(RETRANSMIT_AFTER_MS);
    sender.onAck(ackOf(2), 600);
    expect(sender.dueAtMs()).toBe(600 + RETRANSMIT_AFTER_MS);
    expect(take(sender, RETRANSMIT_AFTER_MS)).toEqual([]);
    expect(take(sender, 600 + RETRANSMIT_AFTER_MS)).toEqual([2, 3]);
  });

  test("5: frames that follow do not put off the retransmission of those in front", () => {
    const sender = senderOf(1);
    take(sender, 0);
    sender.enqueue(messages(1));
    expect(take(sender, RETRANSMIT_AFTER_MS - 1)).toEqual([2]);
    expect(take(sender, RETRANSMIT_AFTER_MS)).toEqual([1, 2]);
  });

  test("5: a lane that failed has everything leave again", () => {
    const sender = senderOf(2);
    take(sender, 0);
    sender.resend();
    expect(take(sender, 1)).toEqual([1, 2]);
  });

  test("6: a full receiver is asked with one frame a time, with backoff", () => {
    const sender = senderOf(3);
    take(sender, 0);
    let nowMs = 0;
    for (const backoffMs of [20, 40, 80, 160]) {
      sender.onAck(ackOf(1, "full"), nowMs);
      expect(sender.dueAtMs()).toBe(nowMs + backoffMs);
      expect(take(sender, nowMs + backoffMs - 1)).toEqual([]);
      nowMs += backoffMs;
      expect(take(sender, nowMs)).toEqual([1]);
      expect(sender.dueAtMs()).toBe(nowMs + RETRANSMIT_AFTER_MS);
    }
    for (let i = 0; i < 20; i++) sender.onAck(ackOf(1, "full"), nowMs);
    expect(sender.dueAtMs()).toBe(nowMs + RETRY_BACKOFF_MS_MAX);
    expect(RETRY_BACKOFF_MS_MIN).toBe(20);
  });

  test("6: an ack with room opens the channel at once", () => {
    const sender = senderOf(3);
    take(sender, 0);
    sender.onAck(ackOf(1, "full"), 0);
    sender.onAck(ackOf(1, "ok"), 1);
    expect(take(sender, 1)).toEqual([1, 2, 3]);
  });

  test("6: what was refused, and what came after it, leaves again at once when there is room, the refusal told or not", () => {
    for (const told of [true, false]) {
      const sender = senderOf(3);
      take(sender, 0);
      if (told) sender.onAck(ackOf(2, "full"), 0);
      sender.onAck(ackOf(2, "again"), 1);
      expect(take(sender, 1)).toEqual([2, 3]);
    }
  });

  test("an atom that does not exist: the frames that it refused are given back, and what follows starts a new count", () => {
    const sender = senderOf(3);
    take(sender, 0);
    const outcome = sender.onAck({ ...ackOf(3, "unknown"), epoch: 0 }, 0);
    expect(outcome).toMatchObject({ kind: "rejected", upTo: 3, frames: [{ first: 1 }, { first: 2 }] });
    expect(sender.messages).toBe(1);
    sender.enqueue(messages(1));
    expect(leaving(sender, 0)).toMatchObject([
      { first: 3, base: 3, toEpoch: 0 },
      { first: 4, base: 3, toEpoch: 0 },
    ]);
  });

  test("4: an atom that comes back after a refusal is known by its epoch, or tells its new one", () => {
    const sender = senderOf(1);
    sender.onAck(ackOf(2), 0);
    sender.enqueue(messages(1));
    sender.onAck({ ...ackOf(3, "unknown"), epoch: 0 }, 0);
    sender.enqueue(messages(1));
    expect(leaving(sender, 0)).toMatchObject([{ first: 3, base: 3, toEpoch: RECEIVER }]);
  });

  test("a refusal of a frame that was acknowledged since is out of date", () => {
    const sender = senderOf(2);
    take(sender, 0);
    sender.onAck(ackOf(2), 0);
    expect(sender.onAck({ ...ackOf(2, "unknown"), epoch: 0 }, 0)).toEqual({ kind: "none" });
    expect(sender.messages).toBe(1);
  });

  test("a restored sender goes on where the stored one was", () => {
    const sender = new SenderChannel();
    sender.restore({ next: 8, base: 3, peerEpoch: RECEIVER });
    sender.restoreFrame({ first: 6, count: 2, body: new Uint8Array(3) });
    expect(leaving(sender, 0)).toMatchObject([{ first: 6, base: 3, toEpoch: RECEIVER }]);
    expect(sender.enqueue(messages(1))).toMatchObject([{ first: 8 }]);
  });
});

function frameOf(first: number, more: Partial<Frame> = {}): Frame {
  const ends = { from: LEFT, to: RIGHT, channel: "mail" as const, fromEpoch: SENDER, toEpoch: 0 };
  return { ...ends, base: 1, first, count: 1, body: new Uint8Array(1), ...more };
}

const room = () => true;
const noRoom = () => false;

function firsts(frames: readonly Frame[]): number[] {
  return frames.map(({ first }) => first);
}

describe("the receiver half", () => {
  const receive = (receiver: ReceiverChannel, frame: Frame, reserve = room) =>
    firsts(receiver.onFrame(frame, RECEIVER, reserve).deliver);

  test("2: frames are delivered in order of their numbers, each once", () => {
    const receiver = new ReceiverChannel();
    expect(receive(receiver, frameOf(3))).toEqual([]);
    expect(receive(receiver, frameOf(2))).toEqual([]);
    expect(receive(receiver, frameOf(1))).toEqual([1, 2, 3]);
    expect(receive(receiver, frameOf(2))).toEqual([]);
    expect(receiver.state.next).toBe(4);
  });

  test("2: the reorder buffer is bounded", () => {
    const receiver = new ReceiverChannel();
    for (let first = 2; first < 2 * REORDER_FRAMES_MAX; first++) receive(receiver, frameOf(first));
    expect(receiver.ahead).toBe(REORDER_FRAMES_MAX);
    expect(receive(receiver, frameOf(1))).toHaveLength(REORDER_FRAMES_MAX + 1);
    expect(receiver.ahead).toBe(0);
  });

  test("2: what comes ahead is bounded in bytes over all channels of an atom, and is no part of a batch", () => {
    const reordering = { bytes: 0 };
    const [receiver, other] = [new ReceiverChannel(reordering), new ReceiverChannel(reordering)];
    const large = (first: number) => frameOf(first, { body: new Uint8Array(REORDER_BYTES_MAX / 4) });
    for (const first of [2, 3, 3, 4]) receive(receiver, large(first));
    for (const first of [3, 2]) receive(other, large(first));
    expect([receiver.ahead, other.ahead, reordering.bytes]).toEqual([3, 1, REORDER_BYTES_MAX]);
    // What is in its turn needs no room.
    expect(receive(other, large(1))).toEqual([1]);
    expect(receive(other, large(2))).toEqual([2, 3]);
    const batch = new Uint8Array(REORDER_BYTES_MAX);
    receive(other, frameOf(5, { body: batch.subarray(0, 9) }));
    const [, kept] = other.onFrame(frameOf(4), RECEIVER, room).deliver;
    expect([kept?.body.length, kept?.body.buffer.byteLength]).toEqual([9, 9]);
    expect(receive(receiver, large(1), noRoom)).toEqual([]);
    expect([receiver.ahead, reordering.bytes]).toEqual([0, 0]);
    receive(receiver, large(4));
    receive(receiver, frameOf(9, { base: 9 }));
    receive(other, large(9));
    receive(other, frameOf(1, { fromEpoch: SENDER + 1 }));
    expect(reordering.bytes).toBe(0);
  });

  test("3: committed follows next only when the store has it", () => {
    const receiver = new ReceiverChannel();
    receive(receiver, frameOf(1));
    expect(receiver.committed).toBe(1);
    receiver.markCommitted();
    expect(receiver.committed).toBe(2);
  });

  test("4: a frame of an older incarnation of the sender is ignored, and not acknowledged", () => {
    const receiver = new ReceiverChannel();
    receive(receiver, frameOf(1));
    expect(receiver.onFrame(frameOf(2, { fromEpoch: SENDER - 1 }), RECEIVER, room)).toEqual({
      kind: "stale",
      deliver: [],
    });
  });

  test("4: a new incarnation of the sender starts at its base, and nothing of the old one is left", () => {
    const receiver = new ReceiverChannel();
    receive(receiver, frameOf(1));
    receive(receiver, frameOf(3));
    expect(receive(receiver, frameOf(7, { fromEpoch: SENDER + 1, base: 7 }))).toEqual([7]);
    expect(receiver.ahead).toBe(0);
    expect(receiver.state).toEqual({ epoch: SENDER + 1, next: 8 });
  });

  test("4: a frame for another incarnation of the receiver is told so", () => {
    const receiver = new ReceiverChannel();
    const frame = frameOf(1, { toEpoch: RECEIVER - 1 });
    expect(receiver.onFrame(frame, RECEIVER, room)).toEqual({ kind: "replaced", deliver: [] });
    expect(receiver.state).toEqual({ epoch: 0, next: 1 });
  });

  test("4: numbers below base that were given up are not waited for", () => {
    const receiver = new ReceiverChannel();
    receive(receiver, frameOf(1));
    receive(receiver, frameOf(3));
    expect(receive(receiver, frameOf(6, { base: 5 }))).toEqual([]);
    expect(receiver.ahead).toBe(1);
    expect(receive(receiver, frameOf(5, { base: 5 }))).toEqual([5, 6]);
  });

  test("4: a frame that waits is delivered when the gap before it is given up", () => {
    const receiver = new ReceiverChannel();
    receive(receiver, frameOf(5, { base: 1 }));
    expect(receive(receiver, frameOf(6, { base: 5 }))).toEqual([5, 6]);
  });

  test("4: what came ahead and comes again as the start of a count is not kept", () => {
    const reordering = { bytes: 0 };
    const receiver = new ReceiverChannel(reordering);
    receive(receiver, frameOf(5, { base: 1 }));
    expect(receive(receiver, frameOf(5, { base: 5 }))).toEqual([5]);
    expect([receiver.ahead, reordering.bytes]).toEqual([0, 0]);
  });

  test("6: a frame without room is refused, and with it all that came ahead", () => {
    const receiver = new ReceiverChannel();
    receive(receiver, frameOf(2));
    expect(receive(receiver, frameOf(1), noRoom)).toEqual([]);
    expect([receiver.refusing, receiver.ahead]).toEqual([true, 0]);
    receive(receiver, frameOf(3));
    expect(receiver.ahead).toBe(0);
    expect(receive(receiver, frameOf(1))).toEqual([1]);
    expect(receiver.refusing).toBe(false);
  });

  test("6: room is asked for before each frame, and what had room stays delivered", () => {
    const receiver = new ReceiverChannel();
    receive(receiver, frameOf(2));
    let places = 1;
    expect(receive(receiver, frameOf(1), () => places-- > 0)).toEqual([1]);
    expect([receiver.refusing, receiver.state.next]).toEqual([true, 2]);
  });
});
