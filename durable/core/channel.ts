/**
 * Channels: one a directed pair of atoms and class, made of a sender half (here) and a receiver half (`receiver.ts`).
 *
 * Invariants
 * 1. The sender keeps a frame until a cumulative ack of the receiver's incarnation covers it.
 * 2. The receiver delivers frames in order of their numbers, each once; what came before is acknowledged again, what
 *    comes ahead waits in a bounded reorder buffer.
 * 3. Acks speak only of what is committed: `committed` follows `next` when the receiver's store has it.
 * 4. Epochs grow. A frame or ack of an older incarnation is ignored; a newer incarnation of the receiver gets, from
 *    `base` on, all that the older one did not acknowledge.
 * 5. Frames leave in order, in batches of all that waits, BATCHES_UNDER_WAY_MAX of them at a time; the rest follows in the
 *    next batch. What left and made no progress for RETRANSMIT_AFTER_MS leaves again, from the front.
 * 6. A receiver that is full is asked with one frame a time, with backoff; an ack with room opens the channel at once.
 *    A refusal that is over before it was told is told all the same, by `again`: the sender thinks those frames under way.
 */
import type { Ack, Frame } from "./frame.ts";
import { BATCHES_UNDER_WAY_MAX, RETRANSMIT_AFTER_MS, RETRY_BACKOFF_MS_MAX, RETRY_BACKOFF_MS_MIN } from "./limits.ts";
import type { EncodedRun } from "./outgoing.ts";
import { Queue } from "./queue.ts";

/** A frame in the outbox: a run with its numbers. */
export interface OutboxFrame extends EncodedRun {
  readonly first: number;
}

export interface SenderState {
  readonly next: number;
  readonly base: number;
  readonly peerEpoch: number;
}

/** A frame as it leaves, without what is the link's: the two ends and the channel. */
export type LeavingFrame = Pick<Frame, "toEpoch" | "base" | "first" | "count" | "body">;

/** What an ack did to the sender half. */
export type AckOutcome =
  | { readonly kind: "none" }
  /** Frames below `upTo` are done. `contacted`: the receiver's incarnation was unknown before; the state changed. */
  | { readonly kind: "advanced"; readonly upTo: number; readonly contacted: boolean }
  /** The receiver is a new incarnation; the state changed. */
  | { readonly kind: "readdressed" }
  /** There is no such atom: these frames, which are below `upTo`, will never be delivered. The state changed. */
  | { readonly kind: "rejected"; readonly upTo: number; readonly frames: readonly OutboxFrame[] };

const NONE: AckOutcome = { kind: "none" };

export class SenderChannel {
  #next = 1;
  #base = 1;
  #peerEpoch = 0;
  readonly #frames = new Queue<OutboxFrame>();
  /** How many frames, from the front, have left and need not leave again yet. */
  #inFlight = 0;
  /** Of each batch that is under way, the number after its last frame. */
  #batchEnds: number[] = [];
  /** When the frame in front last left or became the front one, in ms. */
  #progressAtMs = 0;
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

  /** This side has become a new incarnation: its numbers start with what the receiver has not acknowledged. */
  renew(): void {
    this.#base = this.#frames.at(0)?.first ?? this.#next;
  }

  /** Makes frames of the runs by numbering them; the caller must store them before they leave. */
  enqueue(runs: readonly EncodedRun[]): OutboxFrame[] {
    return runs.map(({ count, body }) => {
      const frame = { first: this.#next, count, body };
      this.#next += count;
      this.#push(frame);
      return frame;
    });
  }

  /** The frames that have to leave now, in order, as far as `room` goes; they count as sent. */
  take(nowMs: number, room: { messages: number; bytes: number }): LeavingFrame[] {
    if (nowMs < this.#blockedUntilMs) return [];
    if (this.stalled(nowMs)) this.resend();
    if (!this.#maySend) return [];
    if (this.#inFlight === 0) this.#progressAtMs = nowMs;
    const taken: LeavingFrame[] = [];
    while (this.#hasUnsent && room.messages > 0 && room.bytes > 0) {
      const { first, count, body } = this.#frames.at(this.#inFlight++) as OutboxFrame;
      room.messages -= count;
      room.bytes -= body.length;
      taken.push({ toEpoch: this.#peerEpoch, base: this.#base, first, count, body });
    }
    const last = taken.at(-1);
    if (last) this.#batchEnds.push(last.first + last.count);
    return taken;
  }

  /** When a frame next has to leave, in ms; Infinity if none has to. */
  dueAtMs(): number {
    if (this.#frames.length === 0) return Infinity;
    return Math.max(this.#maySend ? 0 : this.#progressAtMs + RETRANSMIT_AFTER_MS, this.#blockedUntilMs);
  }

  /** True if what is under way made no progress for so long that it has to leave again. */
  stalled(nowMs: number): boolean {
    return this.#inFlight > 0 && nowMs >= this.#progressAtMs + RETRANSMIT_AFTER_MS;
  }

  /** The lane lost what it carried: everything unacknowledged has to leave again. */
  resend(): void {
    this.#inFlight = 0;
    this.#batchEnds = [];
  }

  onAck(ack: Ack, nowMs: number): AckOutcome {
    switch (ack.status) {
      case "unknown":
        return this.#reject(ack);
      case "replaced":
        return ack.epoch > this.#peerEpoch ? this.#readdress(ack.epoch) : this.#advance(ack, nowMs);
      case "ok":
      case "full":
      case "again":
        return this.#advance(ack, nowMs);
    }
  }

  get #maySend(): boolean {
    return this.#hasUnsent && this.#batchEnds.length < BATCHES_UNDER_WAY_MAX;
  }

  get #hasUnsent(): boolean {
    return this.#inFlight < (this.#fullTimes > 0 ? Math.min(1, this.#frames.length) : this.#frames.length);
  }

  #advance(ack: Ack, nowMs: number): AckOutcome {
    const contacted = this.#peerEpoch === 0;
    if (!contacted && ack.epoch !== this.#peerEpoch) return NONE;
    this.#peerEpoch = ack.epoch;
    this.#noteFull(ack.status === "full", nowMs);
    const dropped = this.#dropBelow(ack.next);
    if (ack.status === "again") this.resend();
    if (dropped > 0) this.#progressAtMs = nowMs;
    return dropped > 0 || contacted ? { kind: "advanced", upTo: ack.next, contacted } : NONE;
  }

  #dropBelow(next: number): number {
    let dropped = 0;
    for (let frame = this.#frames.at(0); frame && frame.first + frame.count <= next; frame = this.#frames.at(0)) {
      this.#frames.shift();
      this.#messages -= frame.count;
      this.#bytes -= frame.body.length;
      dropped += 1;
    }
    this.#inFlight = Math.max(0, this.#inFlight - dropped);
    this.#batchEnds = this.#batchEnds.filter((end) => end > next);
    return dropped;
  }

  #noteFull(full: boolean, nowMs: number): void {
    this.#fullTimes = full ? this.#fullTimes + 1 : 0;
    this.#blockedUntilMs = full ? nowMs + backoffMs(this.#fullTimes) : 0;
    if (full) this.resend();
  }

  #readdress(epoch: number): AckOutcome {
    this.#peerEpoch = epoch;
    this.renew();
    this.#noteFull(false, 0);
    this.resend();
    return { kind: "readdressed" };
  }

  /** Only what was refused is given up: the atom may be there by the time that what follows arrives. */
  #reject({ next }: Ack): AckOutcome {
    const frames = [...this.#frames].filter(({ first, count }) => first + count <= next);
    if (frames.length === 0) return NONE;
    this.#dropBelow(next);
    this.#noteFull(false, 0);
    // The numbers of what was given up are never seen by the receiver: what follows leaves once more, as the start of a count.
    this.renew();
    this.resend();
    return { kind: "rejected", upTo: next, frames };
  }

  #push(frame: OutboxFrame): void {
    this.#frames.push(frame);
    this.#messages += frame.count;
    this.#bytes += frame.body.length;
  }
}

/** The n-th loss or refusal in a row waits RETRY_BACKOFF_MS_MIN * 2^(n-1), RETRY_BACKOFF_MS_MAX at most. */
export function backoffMs(times: number): number {
  return Math.min(RETRY_BACKOFF_MS_MAX, RETRY_BACKOFF_MS_MIN * 2 ** Math.min(times - 1, 16));
}
