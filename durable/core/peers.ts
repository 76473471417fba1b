/**
 * All links of an atom, and what its store has to know of them.
 *
 * Invariants
 * 1. A frame is in the changes of the commit that it was cut in, so none leaves that a crash could take back.
 * 2. Acknowledged frames are dropped from memory at once, and from the store with the next commit that something else
 *    needs, or LAZY_COMMIT_MS later: should a crash come first, they leave again and are dropped as repetitions.
 * 3. A volatile atom's links write nothing.
 * 4. A receipt is committed before it is acknowledged, and needs no commit of its own before its ack is due.
 * 5. The next number of a channel is in the store, once in a sender's row and once as the end of the outbox's last row: the
 *    greater one is right, and only an outbox that turns empty needs its sender's row.
 * 6. What happens to one link costs the same however many there are: only a timer looks at all that have something to do.
 * 7. Whoever makes up senders, as a runtime with keys could, makes LINKS_MAX links: no link is forgotten, for without its numbers what
 *    comes again would count as new.
 */
import { decodeEnvelopes, type Envelope } from "./envelope.ts";
import { endsOf, type Ack, type Batch, type ChannelClass, type Frame } from "./frame.ts";
import type { Departure } from "./lane.ts";
import { LAZY_COMMIT_MS, LINKS_MAX, OUTBOX_BYTES_MAX, OUTBOX_MESSAGES_MAX } from "./limits.ts";
import { Link, type Channel } from "./link.ts";
import type { GlobalName } from "./names.ts";
import { fits, type Load, type Outgoing } from "./outgoing.ts";
import type { Reordering } from "./reorder-buffer.ts";
import type { Change, Loaded } from "./store.ts";

/** Envelopes that can never be delivered: the peer does not exist. */
export interface Undeliverable {
  readonly peer: GlobalName;
  readonly envelopes: readonly Envelope[];
}

const NOTHING: Load = { messages: 0, bytes: 0 };

export class Peers {
  readonly #self: GlobalName;
  readonly #epoch: number;
  #persistent: boolean;
  readonly #links = new Map<GlobalName, Link>();
  readonly #reordering: Reordering = { bytes: 0 };
  /** Links that may have something to do, now or later. */
  readonly #awake = new Set<Link>();
  // V8 links the old table of a set that is cleared to the new one, so once one table is old, its minor collections keep all that follow.
  // These are emptied with each message, so they are replaced instead, and only if there is something in them.
  /** Those to which something has happened since `depart` last looked at them. */
  #stirred = new Set<Link>();
  readonly #refusing = new Set<Link>();
  #sendersTouched = new Set<Channel>();
  #receiversTouched = new Set<Channel>();
  #ackedBelow = new Map<Channel, number>();
  #cut: Change[] = [];
  #readdressed = false;
  #lazyCommitAtMs = Infinity;
  /** When the first ack is due of those that speak of uncommitted receipts. */
  #receiptsDueAtMs = Infinity;
  /** No link that is awake and not stirred has something to send before. */
  #departAtMs = Infinity;

  constructor(self: GlobalName, epoch: number, persistent: boolean) {
    this.#self = self;
    this.#epoch = epoch;
    this.#persistent = persistent;
  }

  /** `renewed`: this atom is a new incarnation of the one that stored this. */
  restore({ senders, receivers, outbox }: Loaded, renewed: boolean): void {
    for (const record of senders) this.#channel(record).sender.restore(record);
    for (const record of receivers) this.#channel(record).receiver.restore(record);
    for (const record of outbox) {
      const { first, count, body } = record;
      this.#channel(record).sender.restoreFrame({ first, count, body });
    }
    if (!renewed) return;
    for (const record of [...senders, ...outbox]) {
      this.#channel(record).sender.renew();
      this.#sendersTouched.add(this.#channel(record));
    }
  }

  /** From now on they are a volatile atom's: what they have sent has arrived. */
  forgoStore(): void {
    this.#persistent = false;
  }

  /** The link to a peer, made if there is none; the caller does something with it. */
  link(peer: GlobalName): Link {
    let link = this.#links.get(peer);
    if (!link) this.#links.set(peer, (link = new Link(this.#self, peer, this.#epoch, this.#reordering)));
    this.#awake.add(link);
    this.#stirred.add(link);
    return link;
  }

  /** The links that have something to do, now or later. */
  get links(): readonly Link[] {
    return [...this.#awake].filter((link) => !link.idle);
  }
  get idle(): boolean {
    for (const link of this.#awake) if (!link.idle) return false;
    return true;
  }
  get unacknowledged(): number {
    let sum = 0;
    for (const link of this.#awake) sum += link.unacknowledged;
    return sum;
  }

  /** How much more the channel's outbox takes over what `waiting` already holds for it. */
  room(to: GlobalName, channel: ChannelClass, waiting: Load): Load {
    const sender = this.#links.get(to)?.channels[channel].sender;
    return {
      messages: OUTBOX_MESSAGES_MAX - (sender?.messages ?? 0) - waiting.messages,
      bytes: OUTBOX_BYTES_MAX - (sender?.bytes ?? 0) - waiting.bytes,
    };
  }

  /** False if so many replies wait for the peer that it gets none for further requests. */
  takesReplies(peer: GlobalName): boolean {
    return fits(NOTHING, this.room(peer, "reply", NOTHING));
  }

  /** Takes what is outgoing into the outbox; its frames leave after the commit that has `changes()`. */
  enqueue(outgoing: Outgoing): void {
    for (const runs of outgoing.take()) {
      const { to, channel } = runs;
      for (const frame of this.link(to).channels[channel].sender.enqueue(runs.take()))
        this.#cut.push({ kind: "outbox.put", record: { peer: to, channel, ...frame } });
    }
  }

  /**
   * Frames in order for the mailbox, and what turned out to be undeliverable. `reserve` is asked for room before each. Throws a
   * RangeError if it is of one peer too many.
   */
  onBatch(
    batch: Batch,
    nowMs: number,
    reserve: (frame: Frame) => boolean,
  ): { frames: Frame[]; undeliverable: Undeliverable[] } {
    // All of a batch comes from one peer; of one that nothing was sent to, acks mean nothing.
    const { frames, acks } = batch;
    const peer = endsOf(batch)?.from;
    if (peer === undefined || (frames.length === 0 && !this.#links.has(peer))) return { frames: [], undeliverable: [] };
    if (!this.#links.has(peer) && this.#links.size >= LINKS_MAX)
      throw new RangeError(
        `${this.#self} hears from ${LINKS_MAX} atoms already, the most it may; ${peer} is none of them.`,
      );
    const link = this.link(peer);
    link.onReached();
    const undeliverable: Undeliverable[] = [];
    for (const ack of acks) this.#onAck(link, ack, nowMs, undeliverable);
    const ready: Frame[] = [];
    for (const frame of frames) this.#onFrame(link, frame, nowMs, reserve, ready);
    return { frames: ready, undeliverable };
  }

  /** True if a peer was refused for want of room. */
  get refusing(): boolean {
    return this.#refusing.size > 0;
  }

  /** There is room again: every peer that was refused is told, but for those that have to take their replies first. */
  resume(): void {
    for (const link of this.#refusing) {
      if (!this.takesReplies(link.peer)) continue;
      link.resume();
      this.#stirred.add(link);
      this.#refusing.delete(link);
    }
  }

  /** True if something of the links has to be in the store now: it is about to leave, or has waited long enough. */
  mustCommit(nowMs: number): boolean {
    if (this.#cut.length > 0 || this.#readdressed) return true;
    return nowMs >= this.#lazyCommitAtMs || nowMs >= this.#receiptsDueAtMs;
  }

  /** True if `depart` has something to send now. */
  departs(nowMs: number): boolean {
    if (nowMs >= this.#departAtMs) return true;
    for (const link of this.#stirred) if (link.dueAtMs() <= nowMs) return true;
    return false;
  }

  /** Sends every batch that is due. Returns when something is due by itself, in ms; Infinity if all waits for events. */
  depart(nowMs: number, send: (to: GlobalName, departure: Departure) => void): number {
    if (nowMs >= this.#departAtMs) {
      this.#departAtMs = Infinity;
      for (const link of this.#awake) this.#stirred.add(link);
    }
    for (const link of this.#stirred) {
      const departure = link.depart(nowMs);
      if (departure) send(link.peer, departure);
      this.#departAtMs = Math.min(this.#departAtMs, link.dueAtMs());
      if (link.idle) this.#awake.delete(link);
    }
    if (this.#stirred.size > 0) this.#stirred = new Set();
    return this.#dueAtMs;
  }

  /** When `mustCommit` turns true by itself, or a link has something to send, in ms; Infinity if they wait for events only. */
  dueAtMs(): number {
    let dueAtMs = this.#dueAtMs;
    for (const link of this.#stirred) dueAtMs = Math.min(dueAtMs, link.dueAtMs());
    return dueAtMs;
  }

  changes(): readonly Change[] {
    this.#readdressed = false;
    this.#lazyCommitAtMs = Infinity;
    this.#receiptsDueAtMs = Infinity;
    const changes: Change[] = [];
    for (const [{ peer, channel }, below] of this.#ackedBelow)
      changes.push({ kind: "outbox.delete", peer, channel, below });
    if (this.#persistent) this.#addStates(changes);
    this.#cut = [];
    if (this.#ackedBelow.size > 0) this.#ackedBelow = new Map();
    if (this.#sendersTouched.size > 0) this.#sendersTouched = new Set();
    return changes;
  }

  /** The store has what `changes()` gave: it may be acknowledged. */
  markCommitted(): void {
    for (const { receiver } of this.#receiversTouched) receiver.markCommitted();
    if (this.#receiversTouched.size > 0) this.#receiversTouched = new Set();
  }

  get #dueAtMs(): number {
    return Math.min(this.#lazyCommitAtMs, this.#receiptsDueAtMs, this.#departAtMs);
  }

  #channel({ peer, channel }: { readonly peer: GlobalName; readonly channel: ChannelClass }): Channel {
    return this.link(peer).channels[channel];
  }

  #addStates(changes: Change[]): void {
    // The rows of an outbox tell the next number; the last one that goes leaves it to the sender's own row.
    for (const channel of this.#ackedBelow.keys()) if (channel.sender.messages === 0) this.#sendersTouched.add(channel);
    for (const change of this.#cut) changes.push(change);
    for (const { peer, channel, sender } of this.#sendersTouched)
      changes.push({ kind: "sender.put", record: { peer, channel, ...sender.state } });
    for (const { peer, channel, receiver } of this.#receiversTouched)
      changes.push({ kind: "receiver.put", record: { peer, channel, ...receiver.state } });
  }

  #onFrame(link: Link, frame: Frame, nowMs: number, reserve: (frame: Frame) => boolean, ready: Frame[]): void {
    for (const next of link.onFrame(frame, nowMs, reserve)) ready.push(next);
    const channel = link.channels[frame.channel];
    if (channel.receiver.refusing) this.#refusing.add(link);
    if (channel.receiver.isCommitted) return;
    this.#receiversTouched.add(channel);
    this.#receiptsDueAtMs = Math.min(this.#receiptsDueAtMs, link.ackDueAtMs);
  }

  #onAck(link: Link, ack: Ack, nowMs: number, undeliverable: Undeliverable[]): void {
    const channel = link.channels[ack.channel];
    const outcome = link.onAck(ack, nowMs);
    switch (outcome.kind) {
      case "none":
        return;
      case "advanced":
        if (outcome.contacted) this.#sendersTouched.add(channel);
        this.#noteDone(channel, outcome.upTo);
        this.#lazyCommitAtMs = Math.min(this.#lazyCommitAtMs, nowMs + LAZY_COMMIT_MS);
        return;
      case "rejected":
        this.#noteDone(channel, outcome.upTo);
        undeliverable.push({ peer: link.peer, envelopes: outcome.frames.flatMap(({ body }) => decodeEnvelopes(body)) });
        return this.#readdress(channel);
      case "readdressed":
        return this.#readdress(channel);
    }
  }

  #readdress(channel: Channel): void {
    this.#sendersTouched.add(channel);
    this.#readdressed = true;
  }

  #noteDone(channel: Channel, below: number): void {
    if (this.#persistent) this.#ackedBelow.set(channel, Math.max(below, this.#ackedBelow.get(channel) ?? 0));
  }
}
