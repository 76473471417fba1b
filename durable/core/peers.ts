/**
 * All links of an atom, and what its store has to know of them.
 *
 * Invariants
 * 1. A frame is in the changes of the commit that it was cut in, so none leaves that a crash could take back.
 * 2. Acknowledged frames are dropped from memory at once and from the store with the next commit.
 */
import { decodeEnvelopes, type Envelope } from "./envelope.ts";
import type { Ack, Batch, ChannelClass, Frame } from "./frame.ts";
import { OUTBOX_BYTES_MAX, OUTBOX_MESSAGES_MAX } from "./limits.ts";
import { Link } from "./link.ts";
import type { GlobalName } from "./names.ts";
import type { Change, Loaded } from "./store.ts";
import type { Outgoing } from "./turn.ts";

/** Envelopes that can never be delivered: the peer does not exist. */
export interface Undeliverable {
  readonly peer: GlobalName;
  readonly envelopes: readonly Envelope[];
}

type ChannelKey = `${GlobalName} ${ChannelClass}`;

export class Peers {
  readonly #self: GlobalName;
  readonly #epoch: number;
  readonly #persistent: boolean;
  readonly #links = new Map<GlobalName, Link>();
  readonly #sendersTouched = new Set<ChannelKey>();
  readonly #receiversTouched = new Set<ChannelKey>();
  readonly #ackedBelow = new Map<ChannelKey, number>();
  #cut: Change[] = [];

  constructor(self: GlobalName, epoch: number, persistent: boolean) {
    this.#self = self;
    this.#epoch = epoch;
    this.#persistent = persistent;
  }

  restore({ senders, receivers, outbox }: Loaded): void {
    for (const record of senders) this.link(record.peer).senders[record.channel].restore(record);
    for (const record of receivers) this.link(record.peer).receivers[record.channel].restore(record);
    for (const { peer, channel, first, count, body } of outbox) {
      this.link(peer).senders[channel].restoreFrame({ first, count, body });
    }
  }

  link(peer: GlobalName): Link {
    let link = this.#links.get(peer);
    if (!link) this.#links.set(peer, (link = new Link(this.#self, peer, this.#epoch)));
    return link;
  }

  get links(): Iterable<Link> {
    return this.#links.values();
  }
  get idle(): boolean {
    for (const link of this.#links.values()) if (!link.idle) return false;
    return true;
  }
  get unacknowledged(): number {
    let sum = 0;
    for (const link of this.#links.values()) sum += link.unacknowledged;
    return sum;
  }

  /** True if the channel's outbox takes `more` envelopes over what `waiting` already holds for it. */
  hasRoom(to: GlobalName, channel: ChannelClass, waiting: { messages: number; bytes: number }): boolean {
    const sender = this.#links.get(to)?.senders[channel];
    const messages = (sender?.messages ?? 0) + waiting.messages;
    const bytes = (sender?.bytes ?? 0) + waiting.bytes;
    return messages < OUTBOX_MESSAGES_MAX && bytes < OUTBOX_BYTES_MAX;
  }

  /** Cuts outgoing envelopes into frames; they leave after the commit that has `changes()`. */
  enqueue(outgoing: readonly Outgoing[]): void {
    const byChannel = Map.groupBy(outgoing, ({ to, channel }): ChannelKey => `${to} ${channel}`);
    for (const [key, group] of byChannel) {
      const { to, channel } = group[0] as Outgoing;
      const frames = this.link(to).senders[channel].enqueue(group.map(({ envelope }) => envelope));
      this.#cut.push(...frames.map((frame): Change => ({ kind: "outbox.put", record: { peer: to, channel, ...frame } })));
      this.#sendersTouched.add(key);
    }
  }

  /** Frames in order for the mailbox, and what turned out to be undeliverable. */
  onBatch(batch: Batch, nowMs: number, hasRoom: (frame: Frame) => boolean): { frames: Frame[]; undeliverable: Undeliverable[] } {
    const undeliverable = batch.acks.flatMap((ack) => this.#onAck(ack, nowMs));
    const frames = batch.frames.flatMap((frame) => this.#onFrame(frame, nowMs, hasRoom));
    return { frames, undeliverable };
  }

  changes(): Change[] {
    const acked = [...this.#ackedBelow].map(([key, below]): Change => ({ kind: "outbox.delete", ...parseKey(key), below }));
    const senders = [...this.#sendersTouched].map((key): Change => {
      const { peer, channel } = parseKey(key);
      return { kind: "sender.put", record: { peer, channel, ...this.link(peer).senders[channel].state } };
    });
    const receivers = [...this.#receiversTouched].map((key): Change => {
      const { peer, channel } = parseKey(key);
      return { kind: "receiver.put", record: { peer, channel, ...this.link(peer).receivers[channel].state } };
    });
    const changes = this.#persistent ? [...acked, ...this.#cut, ...senders, ...receivers] : [];
    this.#cut = [];
    this.#ackedBelow.clear();
    this.#sendersTouched.clear();
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

  #onFrame(frame: Frame, nowMs: number, hasRoom: (frame: Frame) => boolean): readonly Frame[] {
    const frames = this.link(frame.from).onFrame(frame, nowMs, hasRoom);
    if (frames.length > 0) this.#receiversTouched.add(`${frame.from} ${frame.channel}`);
    return frames;
  }

  #onAck(ack: Ack, nowMs: number): Undeliverable[] {
    const key: ChannelKey = `${ack.from} ${ack.channel}`;
    const outcome = this.link(ack.from).onAck(ack, nowMs);
    if (outcome.kind === "none") return [];
    this.#sendersTouched.add(key);
    if (outcome.kind === "readdressed") return [];
    if (outcome.kind === "advanced") {
      this.#ackedBelow.set(key, outcome.upTo);
      return [];
    }
    this.#ackedBelow.set(key, Infinity);
    return [{ peer: ack.from, envelopes: outcome.frames.flatMap((frame) => decodeEnvelopes(frame.body)) }];
  }
}

function parseKey(key: ChannelKey): { peer: GlobalName; channel: ChannelClass } {
  const space = key.lastIndexOf(" ");
  return { peer: key.slice(0, space) as GlobalName, channel: key.slice(space + 1) as ChannelClass };
}
