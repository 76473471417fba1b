/**
 * All links of an atom, and what its store has to know of them.
 *
 * Invariants
 * 1. A frame is in the changes of the commit that it was cut in, so none leaves that a crash could take back.
 * 2. Acknowledged frames are dropped from memory at once, and from the store with the next commit that something else
 *    needs, or LAZY_COMMIT_MS later: should a crash come first, they leave again and are dropped as repetitions.
 * 3. A volatile atom's links write nothing; the frames that it stored while it was durable are theirs now, so that
 *    their rows go with the first commit.
 * 4. A receipt is committed before it is acknowledged, and needs no commit of its own before its ack is due.
 * 5. The next number of a channel is in the store, once in a sender's row and once as the end of the outbox's last row: the
 *    greater one is right, and only an outbox that turns empty needs its sender's row.
 * 6. What is asked of all links costs as much as the links that have something to do, not as all there ever were.
 */
import { decodeEnvelopes, type Envelope } from "./envelope.ts";
import type { Ack, Batch, ChannelClass, Frame } from "./frame.ts";
import { LAZY_COMMIT_MS, OUTBOX_BYTES_MAX, OUTBOX_MESSAGES_MAX } from "./limits.ts";
import { Link } from "./link.ts";
import type { GlobalName } from "./names.ts";
import { fits, type Load, type Outgoing } from "./outgoing.ts";
import type { Change, Loaded } from "./store.ts";

/** Envelopes that can never be delivered: the peer does not exist. */
export interface Undeliverable {
  readonly peer: GlobalName;
  readonly envelopes: readonly Envelope[];
}

const NOTHING: Load = { messages: 0, bytes: 0 };

type ChannelKey = `${GlobalName} ${ChannelClass}`;

export class Peers {
  readonly #self: GlobalName;
  readonly #epoch: number;
  readonly #persistent: boolean;
  readonly #links = new Map<GlobalName, Link>();
  /** Links that may have something to do: `links` forgets those that have not. */
  readonly #awake = new Set<Link>();
  readonly #refusing = new Set<Link>();
  readonly #sendersTouched = new Set<ChannelKey>();
  readonly #receiversTouched = new Set<ChannelKey>();
  readonly #ackedBelow = new Map<ChannelKey, number>();
  #cut: Change[] = [];
  #readdressed = false;
  #lazyCommitAtMs = Infinity;

  constructor(self: GlobalName, epoch: number, persistent: boolean) {
    this.#self = self;
    this.#epoch = epoch;
    this.#persistent = persistent;
  }

  /** `renewed`: this atom is a new incarnation of the one that stored this. */
  restore({ senders, receivers, outbox }: Loaded, renewed: boolean): void {
    for (const record of senders) this.link(record.peer).senders[record.channel].restore(record);
    for (const record of receivers) this.link(record.peer).receivers[record.channel].restore(record);
    for (const { peer, channel, first, count, body } of outbox) {
      this.link(peer).senders[channel].restoreFrame({ first, count, body });
      if (!this.#persistent) this.#ackedBelow.set(`${peer} ${channel}`, Infinity);
    }
    if (!renewed) return;
    for (const { peer, channel } of [...senders, ...outbox]) {
      this.link(peer).senders[channel].renew();
      this.#sendersTouched.add(`${peer} ${channel}`);
    }
  }

  link(peer: GlobalName): Link {
    let link = this.#links.get(peer);
    if (!link) this.#links.set(peer, (link = new Link(this.#self, peer, this.#epoch)));
    this.#awake.add(link);
    return link;
  }

  /** The links that have something to do, now or later. */
  get links(): readonly Link[] {
    for (const link of this.#awake) if (link.idle) this.#awake.delete(link);
    return [...this.#awake];
  }
  get idle(): boolean {
    return this.links.length === 0;
  }
  get unacknowledged(): number {
    let sum = 0;
    for (const link of this.#awake) sum += link.unacknowledged;
    return sum;
  }

  /** How much more the channel's outbox takes over what `waiting` already holds for it. */
  room(to: GlobalName, channel: ChannelClass, waiting: Load): Load {
    const sender = this.#links.get(to)?.senders[channel];
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
      for (const frame of this.link(to).senders[channel].enqueue(runs.take()))
        this.#cut.push({ kind: "outbox.put", record: { peer: to, channel, ...frame } });
    }
  }

  /** Frames in order for the mailbox, and what turned out to be undeliverable. `reserve` is asked for room before each. */
  onBatch(
    batch: Batch,
    nowMs: number,
    reserve: (frame: Frame) => boolean,
  ): { frames: Frame[]; undeliverable: Undeliverable[] } {
    for (const peer of sendersOf(batch)) this.#links.get(peer)?.onReached();
    const undeliverable = batch.acks.flatMap((ack) => this.#onAck(ack, nowMs));
    const frames = batch.frames.flatMap((frame) => this.#onFrame(frame, nowMs, reserve));
    return { frames, undeliverable };
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
      this.#refusing.delete(link);
    }
  }

  /** True if something of the links has to be in the store now: it is about to leave, or has waited long enough. */
  mustCommit(nowMs: number): boolean {
    if (this.#cut.length > 0 || this.#readdressed || nowMs >= this.#lazyCommitAtMs) return true;
    return this.#receiversTouched.size > 0 && this.links.some(({ ackDueAtMs }) => ackDueAtMs <= nowMs);
  }

  /** When `mustCommit` turns true by itself, or a link has something to send, in ms; Infinity if they wait for events only. */
  dueAtMs(): number {
    let dueAtMs = this.#lazyCommitAtMs;
    for (const link of this.links) dueAtMs = Math.min(dueAtMs, link.dueAtMs());
    return dueAtMs;
  }

  changes(): Change[] {
    const acked = [...this.#ackedBelow].map(([key, below]): Change => this.#forgetAcked(key, below));
    const senders = [...this.#sendersTouched].map((key): Change => {
      const { peer, channel } = parseKey(key);
      return { kind: "sender.put", record: { peer, channel, ...this.link(peer).senders[channel].state } };
    });
    const receivers = [...this.#receiversTouched].map((key): Change => {
      const { peer, channel } = parseKey(key);
      return { kind: "receiver.put", record: { peer, channel, ...this.link(peer).receivers[channel].state } };
    });
    const changes = this.#persistent ? [...acked, ...this.#cut, ...senders, ...receivers] : acked;
    this.#cut = [];
    this.#ackedBelow.clear();
    this.#sendersTouched.clear();
    this.#readdressed = false;
    this.#lazyCommitAtMs = Infinity;
    return changes;
  }

  /** The store has what `changes()` gave: it may be acknowledged. */
  markCommitted(): void {
    for (const key of this.#receiversTouched) {
      const { peer, channel } = parseKey(key);
      this.link(peer).receivers[channel].markCommitted();
    }
    this.#receiversTouched.clear();
  }

  /** The rows of an outbox tell the next number; the last one that goes leaves it to the sender's own row. */
  #forgetAcked(key: ChannelKey, below: number): Change {
    const { peer, channel } = parseKey(key);
    if (this.#persistent && this.link(peer).senders[channel].messages === 0) this.#sendersTouched.add(key);
    return { kind: "outbox.delete", peer, channel, below };
  }

  #onFrame(frame: Frame, nowMs: number, reserve: (frame: Frame) => boolean): readonly Frame[] {
    const link = this.link(frame.from);
    const frames = link.onFrame(frame, nowMs, reserve);
    if (link.refusing) this.#refusing.add(link);
    if (!link.receivers[frame.channel].isCommitted) this.#receiversTouched.add(`${frame.from} ${frame.channel}`);
    return frames;
  }

  #onAck(ack: Ack, nowMs: number): Undeliverable[] {
    const key: ChannelKey = `${ack.from} ${ack.channel}`;
    const outcome = this.#links.get(ack.from)?.onAck(ack, nowMs);
    if (!outcome || outcome.kind === "none") return [];
    if (outcome.kind === "advanced") {
      if (outcome.contacted) this.#sendersTouched.add(key);
      this.#noteDone(key, outcome.upTo);
      this.#lazyCommitAtMs = Math.min(this.#lazyCommitAtMs, nowMs + LAZY_COMMIT_MS);
      return [];
    }
    this.#sendersTouched.add(key);
    this.#readdressed = true;
    if (outcome.kind === "readdressed") return [];
    this.#noteDone(key, Infinity);
    return [{ peer: ack.from, envelopes: outcome.frames.flatMap((frame) => decodeEnvelopes(frame.body)) }];
  }

  #noteDone(key: ChannelKey, below: number): void {
    if (this.#persistent) this.#ackedBelow.set(key, Math.max(below, this.#ackedBelow.get(key) ?? 0));
  }
}

/** Who sent the batch: one peer, as lanes carry it. */
function sendersOf({ frames, acks }: Batch): Set<GlobalName> {
  return new Set([...frames, ...acks].map(({ from }) => from));
}

function parseKey(key: ChannelKey): { peer: GlobalName; channel: ChannelClass } {
  const space = key.lastIndexOf(" ");
  return { peer: key.slice(0, space) as GlobalName, channel: key.slice(space + 1) as ChannelClass };
}
