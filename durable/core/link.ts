/**
 * A link: everything between this atom and one peer atom, in both directions. It decides what leaves and when; a lane carries it.
 *
 * Invariants
 * 1. At most one exchange that this side opened is under way, so batches of one direction do not overtake each other
 *    in the usual case; sequence numbers settle the unusual ones.
 * 2. Every frame that was received is acknowledged, with the answer to its exchange or ACK_DELAY_MS later at most.
 * 3. A failed exchange is tried again with exponential backoff, for as long as frames wait.
 */
import { ReceiverChannel, SenderChannel, type AckOutcome } from "./channel.ts";
import { CHANNEL_CLASSES, type Ack, type AckStatus, type Batch, type ChannelClass, type Frame } from "./frame.ts";
import {
  ACK_DELAY_MS,
  BATCH_BYTES_MAX,
  BATCH_MESSAGES_MAX,
  RETRY_BACKOFF_MS_MAX,
  RETRY_BACKOFF_MS_MIN,
} from "./limits.ts";
import type { GlobalName } from "./names.ts";

export class Link {
  readonly self: GlobalName;
  readonly peer: GlobalName;
  readonly epoch: number;
  readonly senders: Readonly<Record<ChannelClass, SenderChannel>>;
  readonly receivers: Readonly<Record<ChannelClass, ReceiverChannel>>;
  readonly #ackOwed = new Map<ChannelClass, AckStatus>();
  #ackDueAtMs = Infinity;
  #exchanging = false;
  #failures = 0;
  #retryAtMs = 0;

  constructor(self: GlobalName, peer: GlobalName, epoch: number) {
    this.self = self;
    this.peer = peer;
    this.epoch = epoch;
    this.senders = { mail: new SenderChannel(), interrupt: new SenderChannel(), reply: new SenderChannel() };
    this.receivers = { mail: new ReceiverChannel(), interrupt: new ReceiverChannel(), reply: new ReceiverChannel() };
  }

  /** True if nothing waits to be sent, acknowledged or answered. */
  get idle(): boolean {
    return !this.#exchanging && this.#ackOwed.size === 0 && this.unacknowledged === 0;
  }

  /** Messages that the peer has not acknowledged. */
  get unacknowledged(): number {
    return CHANNEL_CLASSES.reduce((sum, channel) => sum + this.senders[channel].messages, 0);
  }

  /** True as long as the peer could not be reached. */
  get unreachable(): boolean {
    return this.#failures > 0;
  }

  /** The batch that opens an exchange now, or null. The caller tells how it ended: `onExchangeEnd`. */
  open(nowMs: number): Batch | null {
    if (this.#exchanging || nowMs < this.#retryAtMs) return null;
    const frames = this.#takeFrames(nowMs);
    if (frames.length === 0 && nowMs < this.#ackDueAtMs) return null;
    this.#exchanging = true;
    return { frames, acks: this.#takeAcks() };
  }

  /** What goes back in the answer to an exchange that the peer opened. */
  answer(nowMs: number): Batch {
    return { acks: this.#takeAcks(), frames: this.#takeFrames(nowMs) };
  }

  onExchangeEnd(outcome: "answered" | "failed", nowMs: number): void {
    this.#exchanging = false;
    if (outcome === "answered") {
      this.#failures = 0;
      return;
    }
    this.#failures += 1;
    this.#retryAtMs = nowMs + Math.min(RETRY_BACKOFF_MS_MAX, RETRY_BACKOFF_MS_MIN * 2 ** Math.min(this.#failures - 1, 16));
    for (const channel of CHANNEL_CLASSES) this.senders[channel].resend();
  }

  /** Frames that are ready for the mailbox, in order. */
  onFrame(frame: Frame, nowMs: number, hasRoom: (frame: Frame) => boolean): readonly Frame[] {
    const { deliver, status } = this.receivers[frame.channel].onFrame(frame, this.epoch, hasRoom);
    this.#ackOwed.set(frame.channel, status);
    this.#ackDueAtMs = Math.min(this.#ackDueAtMs, nowMs + ACK_DELAY_MS);
    return deliver;
  }

  onAck(ack: Ack, nowMs: number): AckOutcome {
    if (ack.toEpoch !== this.epoch) return { kind: "none" };
    return this.senders[ack.channel].onAck(ack, nowMs);
  }

  /** When `open` next has something to do, in ms; Infinity if it waits for events only. */
  dueAtMs(): number {
    if (this.#exchanging) return Infinity;
    const due = CHANNEL_CLASSES.reduce((least, channel) => Math.min(least, this.senders[channel].dueAtMs()), this.#ackDueAtMs);
    return Math.max(due, this.#retryAtMs);
  }

  #takeFrames(nowMs: number): Frame[] {
    const room = { messages: BATCH_MESSAGES_MAX, bytes: BATCH_BYTES_MAX };
    const ends = { from: this.self, to: this.peer, fromEpoch: this.epoch };
    return CHANNEL_CLASSES.flatMap((channel) =>
      this.senders[channel].take(nowMs, room).map((frame) => ({ ...ends, channel, ...frame })),
    );
  }

  #takeAcks(): Ack[] {
    const acks = [...this.#ackOwed].map(([channel, status]) => this.#ack(channel, status));
    this.#ackOwed.clear();
    this.#ackDueAtMs = Infinity;
    return acks;
  }

  #ack(channel: ChannelClass, status: AckStatus): Ack {
    const receiver = this.receivers[channel];
    return {
      from: this.self,
      to: this.peer,
      channel,
      toEpoch: receiver.state.epoch,
      epoch: this.epoch,
      next: receiver.committed,
      status,
    };
  }
}
