/**
 * A link: everything between this atom and one peer atom, in both directions. It decides what leaves and when; a lane carries it.
 *
 * Invariants
 * 1. At most one exchange that this side opened is under way, so batches of one direction do not overtake each other
 *    in the usual case; sequence numbers settle the unusual ones.
 * 2. Every frame that was received is acknowledged, with the answer to its exchange or ACK_DELAY_MS later at most.
 * 3. A failed exchange is tried again with exponential backoff, for as long as frames wait.
 * 4. Replies leave before interrupts, and both before messages, so that no backlog of messages keeps them waiting.
 */
import { SenderChannel, type AckOutcome } from "./channel.ts";
import { CHANNEL_CLASSES, type Ack, type Batch, type ChannelClass, type Frame } from "./frame.ts";
import {
  ACK_DELAY_MS,
  BATCH_BYTES_MAX,
  BATCH_MESSAGES_MAX,
  RETRY_BACKOFF_MS_MAX,
  RETRY_BACKOFF_MS_MIN,
} from "./limits.ts";
import type { GlobalName } from "./names.ts";
import { ReceiverChannel } from "./receiver.ts";

const LEAVING_ORDER = ["reply", "interrupt", "mail"] as const satisfies readonly ChannelClass[];

/** To which incarnation of the peer an ack is owed, and whether its frames were meant for an older one of this side. */
interface AckOwed {
  readonly toEpoch: number;
  readonly replaced: boolean;
}

export class Link {
  readonly self: GlobalName;
  readonly peer: GlobalName;
  readonly epoch: number;
  readonly senders: Readonly<Record<ChannelClass, SenderChannel>>;
  readonly receivers: Readonly<Record<ChannelClass, ReceiverChannel>>;
  readonly #ackOwed = new Map<ChannelClass, AckOwed>();
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
    return !this.#exchanging && this.#ackOwed.size === 0 && this.unacknowledged === 0 && !this.refusing;
  }

  /** Messages that the peer has not acknowledged. */
  get unacknowledged(): number {
    const { mail, interrupt, reply } = this.senders;
    return mail.messages + interrupt.messages + reply.messages;
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
    this.#retryAtMs =
      nowMs + Math.min(RETRY_BACKOFF_MS_MAX, RETRY_BACKOFF_MS_MIN * 2 ** Math.min(this.#failures - 1, 16));
    for (const channel of CHANNEL_CLASSES) this.senders[channel].resend();
  }

  /** Frames that are ready for the mailbox, in order. `reserve` is asked for room before each. */
  onFrame(frame: Frame, nowMs: number, reserve: (frame: Frame) => boolean): readonly Frame[] {
    const { kind, deliver } = this.receivers[frame.channel].onFrame(frame, this.epoch, reserve);
    if (kind !== "stale") this.#oweAck(frame.channel, frame.fromEpoch, kind === "replaced", nowMs + ACK_DELAY_MS);
    return deliver;
  }

  /** True if a frame of the peer was refused for want of room. */
  get refusing(): boolean {
    const { mail, interrupt, reply } = this.receivers;
    return mail.refusing || interrupt.refusing || reply.refusing;
  }

  /** There is room again: the peer learns it with the next exchange, at once. */
  resume(): void {
    for (const channel of CHANNEL_CLASSES) {
      const receiver = this.receivers[channel];
      if (!receiver.refusing) continue;
      receiver.resume();
      this.#oweAck(channel, receiver.state.epoch, false, 0);
    }
  }

  onAck(ack: Ack, nowMs: number): AckOutcome {
    if (ack.toEpoch !== this.epoch) return { kind: "none" };
    return this.senders[ack.channel].onAck(ack, nowMs);
  }

  /** When `open` next has something to do, in ms; Infinity if it waits for events only. */
  dueAtMs(): number {
    if (this.#exchanging) return Infinity;
    const { mail, interrupt, reply } = this.senders;
    const due = Math.min(mail.dueAtMs(), interrupt.dueAtMs(), reply.dueAtMs(), this.#ackDueAtMs);
    return Math.max(due, this.#retryAtMs);
  }

  #takeFrames(nowMs: number): Frame[] {
    const room = { messages: BATCH_MESSAGES_MAX, bytes: BATCH_BYTES_MAX };
    const ends = { from: this.self, to: this.peer, fromEpoch: this.epoch };
    return LEAVING_ORDER.flatMap((channel) =>
      this.senders[channel].take(nowMs, room).map((frame) => ({ ...ends, channel, ...frame })),
    );
  }

  #oweAck(channel: ChannelClass, toEpoch: number, replaced: boolean, dueAtMs: number): void {
    const owed = this.#ackOwed.get(channel);
    // Of two incarnations of the peer only the newer one is there to hear.
    if (owed && owed.toEpoch > toEpoch) return;
    this.#ackOwed.set(channel, { toEpoch, replaced: replaced || (owed?.toEpoch === toEpoch && owed.replaced) });
    this.#ackDueAtMs = Math.min(this.#ackDueAtMs, dueAtMs);
  }

  #takeAcks(): Ack[] {
    const acks = [...this.#ackOwed].map(([channel, owed]) => this.#ack(channel, owed));
    this.#ackOwed.clear();
    this.#ackDueAtMs = Infinity;
    return acks;
  }

  #ack(channel: ChannelClass, { toEpoch, replaced }: AckOwed): Ack {
    const receiver = this.receivers[channel];
    const next = receiver.state.epoch === toEpoch ? receiver.committed : 0;
    const status = replaced ? "replaced" : receiver.refusing ? "full" : "ok";
    return { from: this.self, to: this.peer, channel, toEpoch, epoch: this.epoch, next, status };
  }
}
