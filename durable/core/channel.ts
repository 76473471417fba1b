/**
 * Channels: one a directed pair of atoms and class, made of a sender half and a receiver half.
 *
 * Invariants
 * 1. The sender keeps a frame until a cumulative ack of the receiver's incarnation covers it.
 * 2. The receiver delivers frames in order of their numbers, each once; what came before is acknowledged again, what
 *    comes ahead waits in a bounded reorder buffer.
 * 3. Acks speak only of what is committed: `committed` follows `next` when the receiver's store has it.
 * 4. Epochs grow. A frame or ack of an older incarnation is ignored; a newer incarnation of the receiver gets, from
 *    `base` on, all that the older one did not acknowledge.
 */
import { encodeEnvelopes, envelopeBytes, type Envelope } from "./envelope.ts";
import type { Ack, AckStatus, Frame } from "./frame.ts";
import {
  FRAME_BYTES_MAX,
  FRAME_MESSAGES_MAX,
  REORDER_FRAMES_MAX,
  RETRANSMIT_AFTER_MS,
  RETRY_BACKOFF_MS_MAX,
  RETRY_BACKOFF_MS_MIN,
} from "./limits.ts";

/** A frame in the outbox. */
export interface OutboxFrame {
  readonly first: number;
  readonly count: number;
  readonly body: Uint8Array;
}

interface PendingFrame extends OutboxFrame {
  /** When it last left, in ms; null if it has to leave (again). */
  sentAtMs: number | null;
}

export interface SenderState {
  readonly next: number;
  readonly base: number;
  readonly peerEpoch: number;
}

/** What an ack did to the sender half. */
export type AckOutcome =
  | { readonly kind: "none" }
  /** Frames below `upTo` are done. */
  | { readonly kind: "advanced"; readonly upTo: number }
  /** The receiver is a new incarnation; the sender's state changed. */
  | { readonly kind: "readdressed" }
  /** There is no such atom: these frames will never be delivered. */
  | { readonly kind: "rejected"; readonly frames: readonly OutboxFrame[] };

export class SenderChannel {
  #next = 1;
  #base = 1;
  #peerEpoch = 0;
  #frames: PendingFrame[] = [];
  #messages = 0;
  #bytes = 0;
  #fullTimes = 0;
  #blockedUntilMs = 0;

  restore(state: SenderState): void {
    this.#next = state.next;
    this.#base = state.base;
    this.#peerEpoch = state.peerEpoch;
  }

  restoreFrame(frame: OutboxFrame): void {
    this.#push(frame);
    this.#next = Math.max(this.#next, frame.first + frame.count);
  }

  get state(): SenderState {
    return { next: this.#next, base: this.#base, peerEpoch: this.#peerEpoch };
  }
  get messages(): number {
    return this.#messages;
  }
  get bytes(): number {
    return this.#bytes;
  }

  /** Numbers the envelopes and cuts them into frames, which the caller must store before they leave. */
  enqueue(envelopes: readonly Envelope[]): OutboxFrame[] {
    return cutFrames(envelopes).map((run) => {
      const frame = { first: this.#next, count: run.length, body: encodeEnvelopes(run) };
      this.#next += run.length;
      this.#push(frame);
      return frame;
    });
  }

  /** The frames that have to leave now, in order, as far as `room` (messages) goes; they count as sent. */
  take(nowMs: number, room: { messages: number; bytes: number }): Pick<Frame, "toEpoch" | "base" | "first" | "count" | "body">[] {
    if (nowMs < this.#blockedUntilMs) return [];
    const taken = [];
    for (const frame of this.#frames) {
      if (!isDue(frame, nowMs)) continue;
      if (room.messages <= 0 || room.bytes <= 0) break;
      room.messages -= frame.count;
      room.bytes -= frame.body.length;
      frame.sentAtMs = nowMs;
      const { first, count, body } = frame;
      taken.push({ toEpoch: this.#peerEpoch, base: this.#base, first, count, body });
    }
    return taken;
  }

  /** When a frame next has to leave, in ms; Infinity if none has to. */
  dueAtMs(): number {
    let due = Infinity;
    for (const frame of this.#frames) {
      due = Math.min(due, frame.sentAtMs === null ? 0 : frame.sentAtMs + RETRANSMIT_AFTER_MS);
    }
    return Math.max(due, this.#blockedUntilMs);
  }

  /** The lane lost what it carried: everything unacknowledged has to leave again. */
  resend(): void {
    for (const frame of this.#frames) frame.sentAtMs = null;
  }

  onAck(ack: Ack, nowMs: number): AckOutcome {
    switch (ack.status) {
      case "unknown":
        return this.#reject();
      case "replaced":
        return this.#readdress(ack.epoch);
      case "ok":
      case "full":
        return this.#advance(ack, nowMs);
    }
  }

  #advance(ack: Ack, nowMs: number): AckOutcome {
    const firstContact = this.#peerEpoch === 0;
    if (!firstContact && ack.epoch !== this.#peerEpoch) return { kind: "none" };
    this.#peerEpoch = ack.epoch;
    this.#noteFull(ack.status === "full", nowMs);
    const done = this.#frames.findIndex((frame) => frame.first + frame.count > ack.next);
    const dropped = this.#frames.splice(0, done < 0 ? this.#frames.length : done);
    for (const frame of dropped) this.#forget(frame);
    return dropped.length > 0 || firstContact ? { kind: "advanced", upTo: ack.next } : { kind: "none" };
  }

  #noteFull(full: boolean, nowMs: number): void {
    this.#fullTimes = full ? this.#fullTimes + 1 : 0;
    if (!full) return;
    this.#blockedUntilMs = nowMs + Math.min(RETRY_BACKOFF_MS_MAX, RETRY_BACKOFF_MS_MIN * 2 ** Math.min(this.#fullTimes - 1, 16));
    this.resend();
  }

  #readdress(epoch: number): AckOutcome {
    if (epoch <= this.#peerEpoch) return { kind: "none" };
    this.#peerEpoch = epoch;
    this.#base = this.#frames[0]?.first ?? this.#next;
    this.resend();
    return { kind: "readdressed" };
  }

  #reject(): AckOutcome {
    if (this.#frames.length === 0) return { kind: "none" };
    const frames = this.#frames;
    this.#frames = [];
    this.#messages = 0;
    this.#bytes = 0;
    // The numbers of what was given up are never seen by the receiver, so the next frame starts a new count.
    this.#base = this.#next;
    this.#peerEpoch = 0;
    return { kind: "rejected", frames };
  }

  #push(frame: OutboxFrame): void {
    this.#frames.push({ ...frame, sentAtMs: null });
    this.#messages += frame.count;
    this.#bytes += frame.body.length;
  }

  #forget(frame: OutboxFrame): void {
    this.#messages -= frame.count;
    this.#bytes -= frame.body.length;
  }
}

function isDue(frame: PendingFrame, nowMs: number): boolean {
  return frame.sentAtMs === null || nowMs - frame.sentAtMs >= RETRANSMIT_AFTER_MS;
}

function cutFrames(envelopes: readonly Envelope[]): Envelope[][] {
  const runs: Envelope[][] = [];
  let run: Envelope[] = [];
  let bytes = 0;
  for (const envelope of envelopes) {
    const size = envelopeBytes(envelope);
    if (run.length > 0 && (run.length >= FRAME_MESSAGES_MAX || bytes + size > FRAME_BYTES_MAX)) {
      runs.push(run);
      run = [];
      bytes = 0;
    }
    run.push(envelope);
    bytes += size;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

export interface ReceiverState {
  /** The sender's incarnation. */
  readonly epoch: number;
  readonly next: number;
}

export interface Reception {
  /** In order, to be put into the mailbox and committed together with the new state. */
  readonly deliver: readonly Frame[];
  readonly status: AckStatus;
}

export class ReceiverChannel {
  #epoch = 0;
  #next = 1;
  #committed = 1;
  readonly #ahead = new Map<number, Frame>();

  restore(state: ReceiverState): void {
    this.#epoch = state.epoch;
    this.#next = state.next;
    this.#committed = state.next;
  }

  get state(): ReceiverState {
    return { epoch: this.#epoch, next: this.#next };
  }
  get committed(): number {
    return this.#committed;
  }

  markCommitted(): void {
    this.#committed = this.#next;
  }

  /** `epoch` is the receiver's own incarnation; `hasRoom` is asked before each frame and told each frame delivered. */
  onFrame(frame: Frame, epoch: number, hasRoom: (frame: Frame) => boolean): Reception {
    if (frame.toEpoch !== 0 && frame.toEpoch !== epoch) return { deliver: [], status: "replaced" };
    if (frame.fromEpoch < this.#epoch) return { deliver: [], status: "ok" };
    if (frame.fromEpoch > this.#epoch) this.#open(frame);
    this.#skipGivenUp(frame);
    if (frame.first > this.#next) return this.#keepAhead(frame);
    if (frame.first < this.#next) return { deliver: [], status: "ok" };
    return this.#deliverFrom(frame, hasRoom);
  }

  #open(frame: Frame): void {
    this.#epoch = frame.fromEpoch;
    this.#next = frame.base;
    this.#committed = frame.base;
    this.#ahead.clear();
  }

  /** The sender gave up the numbers below `base` (the atom was unknown for a while): they will never come. */
  #skipGivenUp(frame: Frame): void {
    if (frame.base > this.#next) this.#next = frame.base;
  }

  #keepAhead(frame: Frame): Reception {
    if (this.#ahead.size < REORDER_FRAMES_MAX) this.#ahead.set(frame.first, frame);
    return { deliver: [], status: "ok" };
  }

  #deliverFrom(frame: Frame, hasRoom: (frame: Frame) => boolean): Reception {
    const deliver: Frame[] = [];
    let following: Frame | undefined = frame;
    while (following) {
      if (!hasRoom(following)) return { deliver, status: "full" };
      this.#ahead.delete(following.first);
      this.#next = following.first + following.count;
      deliver.push(following);
      following = this.#ahead.get(this.#next);
    }
    return { deliver, status: "ok" };
  }
}
