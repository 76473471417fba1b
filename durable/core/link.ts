/**
 * A link: everything between this atom and one peer atom, in both directions. It decides what leaves and when; a lane carries it.
 *
 * Invariants
 * 1. Whatever waits leaves in one batch, as far as the channels let it: the busier a pair is, the larger its batches are.
 * 2. Every frame that was received is acknowledged once its receipt is committed: messages and interrupts with the next
 *    batch, replies with the next frame that leaves, after ACK_DELAY_MS, or as soon as a second one is owed an ack.
 * 3. A batch that was lost leaves again with exponential backoff, for as long as its frames wait.
 * 4. Replies leave before interrupts, and both before messages, so that no backlog of messages keeps them waiting.
 */
import { backoffMs, SenderChannel, type AckOutcome } from "./channel.ts";
import { CHANNEL_CLASSES, type Ack, type Batch, type ChannelClass, type Frame } from "./frame.ts";
import type { Departure } from "./lane.ts";
import { ACK_DELAY_MS, BATCH_BYTES_MAX, BATCH_MESSAGES_MAX } from "./limits.ts";
import type { GlobalName } from "./names.ts";
import { ReceiverChannel } from "./receiver.ts";
import type { Reordering } from "./reorder-buffer.ts";

const LEAVING_ORDER = ["reply", "interrupt", "mail"] as const satisfies readonly ChannelClass[];

/** To which incarnation of the peer an ack is owed, and whether its frames were meant for an older one of this side. */
interface AckOwed {
  readonly toEpoch: number;
  readonly replaced: boolean;
  /** True if there is room again: what was refused has to leave once more, whether its sender knows of the refusal or not. */
  readonly again: boolean;
  readonly dueAtMs: number;
}

/** One class of what two atoms say to each other: this atom's halves of the two channels. */
export class Channel {
  readonly peer: GlobalName;
  readonly channel: ChannelClass;
  readonly sender = new SenderChannel();
  readonly receiver: ReceiverChannel;
  ackOwed: AckOwed | undefined;

  constructor(peer: GlobalName, channel: ChannelClass, reordering: Reordering) {
    this.peer = peer;
    this.channel = channel;
    this.receiver = new ReceiverChannel(reordering);
  }
}

export class Link {
  readonly self: GlobalName;
  readonly peer: GlobalName;
  readonly epoch: number;
  readonly channels: Readonly<Record<ChannelClass, Channel>>;
  /** In the order in which they leave. */
  readonly #leaving: readonly Channel[];
  #losses = 0;
  #retryAtMs = 0;

  /** `reordering`: of the atom. */
  constructor(self: GlobalName, peer: GlobalName, epoch: number, reordering: Reordering = { bytes: 0 }) {
    this.self = self;
    this.peer = peer;
    this.epoch = epoch;
    const [mail, interrupt, reply] = CHANNEL_CLASSES.map((channel) => new Channel(peer, channel, reordering));
    this.channels = { mail, interrupt, reply } as Record<ChannelClass, Channel>;
    this.#leaving = LEAVING_ORDER.map((channel) => this.channels[channel]);
  }

  /** True if nothing waits to be sent, acknowledged or answered. */
  get idle(): boolean {
    for (const { sender, receiver, ackOwed } of this.#leaving)
      if (ackOwed || sender.messages > 0 || receiver.refusing) return false;
    return true;
  }

  /** Messages that the peer has not acknowledged. */
  get unacknowledged(): number {
    const { mail, interrupt, reply } = this.channels;
    return mail.sender.messages + interrupt.sender.messages + reply.sender.messages;
  }

  /** True as long as the peer could not be reached. */
  get unreachable(): boolean {
    return this.#losses > 0;
  }

  /** The batch that leaves now, or null. */
  depart(nowMs: number): Departure | null {
    if (nowMs < this.#retryAtMs) return null;
    const stalled = this.#leaving.some(({ sender }) => sender.stalled(nowMs));
    const frames = this.#takeFrames(nowMs);
    if (frames.length === 0 && nowMs < this.ackDueAtMs) return null;
    const acks = this.#takeAcks();
    return frames.length + acks.length > 0 ? { batch: { frames, acks }, stalled } : null;
  }

  /** What goes back at once to a peer that sent a batch and waits for the answer. */
  answer(nowMs: number): Batch {
    return { acks: this.#takeAcks(), frames: this.#takeFrames(nowMs) };
  }

  /** Something came from the peer: it is there. */
  onReached(): void {
    this.#losses = 0;
    this.#retryAtMs = 0;
  }

  /** What left and is not acknowledged may be lost. */
  onLost(nowMs: number): void {
    this.#losses += 1;
    this.#retryAtMs = nowMs + backoffMs(this.#losses);
    for (const { sender } of this.#leaving) sender.resend();
  }

  /** Frames that are ready for the mailbox, in order. `reserve` is asked for room before each. */
  onFrame(frame: Frame, nowMs: number, reserve: (frame: Frame) => boolean): readonly Frame[] {
    const channel = this.channels[frame.channel];
    const { kind, deliver } = channel.receiver.onFrame(frame, this.epoch, reserve);
    if (kind !== "stale") this.#oweAck(channel, frame.fromEpoch, kind === "replaced", nowMs);
    return deliver;
  }

  /** True if a frame of the peer was refused for want of room. */
  get refusing(): boolean {
    const { mail, interrupt, reply } = this.channels;
    return mail.receiver.refusing || interrupt.receiver.refusing || reply.receiver.refusing;
  }

  /** There is room again: the peer learns it at once. */
  resume(): void {
    for (const channel of this.#leaving) {
      const { receiver } = channel;
      if (!receiver.refusing) continue;
      receiver.resume();
      channel.ackOwed = { toEpoch: receiver.state.epoch, replaced: false, again: true, dueAtMs: 0 };
    }
  }

  onAck(ack: Ack, nowMs: number): AckOutcome {
    if (ack.toEpoch !== this.epoch) return { kind: "none" };
    return this.channels[ack.channel].sender.onAck(ack, nowMs);
  }

  /** When an ack has to leave at the latest, and so what it speaks of has to be committed, in ms; Infinity if none is owed. */
  get ackDueAtMs(): number {
    let dueAtMs = Infinity;
    for (const { ackOwed } of this.#leaving) if (ackOwed) dueAtMs = Math.min(dueAtMs, ackOwed.dueAtMs);
    return dueAtMs;
  }

  /** When `depart` next has something to do, in ms; Infinity if it waits for events only. */
  dueAtMs(): number {
    let dueAtMs = this.ackDueAtMs;
    for (const { sender } of this.#leaving) dueAtMs = Math.min(dueAtMs, sender.dueAtMs());
    return Math.max(dueAtMs, this.#retryAtMs);
  }

  #takeFrames(nowMs: number): Frame[] {
    const room = { messages: BATCH_MESSAGES_MAX, bytes: BATCH_BYTES_MAX };
    const frames: Frame[] = [];
    for (const { channel, sender } of this.#leaving) {
      for (const { toEpoch, base, first, count, body } of sender.take(nowMs, room)) {
        const { self: from, peer: to, epoch: fromEpoch } = this;
        frames.push({ from, to, channel, fromEpoch, toEpoch, base, first, count, body });
      }
    }
    return frames;
  }

  #oweAck(channel: Channel, toEpoch: number, replaced: boolean, nowMs: number): void {
    const owed = channel.ackOwed;
    // Of two incarnations of the peer only the newer one is there to hear.
    if (owed && owed.toEpoch > toEpoch) return;
    const mayWait = channel.channel === "reply" && !owed && !replaced;
    channel.ackOwed = {
      toEpoch,
      replaced: replaced || (owed?.toEpoch === toEpoch && owed.replaced),
      again: owed?.toEpoch === toEpoch && owed.again,
      dueAtMs: mayWait ? nowMs + ACK_DELAY_MS : 0,
    };
  }

  /** A receipt that is not committed keeps its ack waiting; a refusal may be told at once, and a replacement. */
  #takeAcks(): Ack[] {
    const acks: Ack[] = [];
    for (const channel of this.#leaving) {
      const { receiver, ackOwed } = channel;
      if (!ackOwed || (receiver.state.epoch === ackOwed.toEpoch && !receiver.isCommitted)) continue;
      acks.push(this.#ack(channel, ackOwed));
      channel.ackOwed = undefined;
    }
    return acks;
  }

  #ack({ channel, receiver }: Channel, { toEpoch, replaced, again }: AckOwed): Ack {
    const next = receiver.state.epoch === toEpoch ? receiver.committed : 0;
    const status = replaced ? "replaced" : receiver.refusing ? "full" : again ? "again" : "ok";
    return { from: this.self, to: this.peer, channel, toEpoch, epoch: this.epoch, next, status };
  }
}
