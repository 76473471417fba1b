/**
 * Two atoms' channels over a network that loses, repeats, delays and reorders batches, with stores that survive crashes.
 * Each side checks what it is given; `heal` stops the faults and lets everything drain.
 */
import { fromUtf8, utf8 } from "../../durable/core/bytes.ts";
import { CHANNEL_CLASSES, refusalOf, type Ack, type Batch, type ChannelClass } from "../../durable/core/frame.ts";
import { decodeEnvelopes, type Envelope } from "../../durable/core/envelope.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { Peers } from "../../durable/core/peers.ts";
import { outgoingOf } from "./encoded.ts";

export const LEFT = "cloud/left" as GlobalName;
export const RIGHT = "edge/right" as GlobalName;

/** What a message says: whose, and the how manieth on its channel. */
interface Word {
  readonly epoch: number;
  readonly channel: ChannelClass;
  readonly index: number;
}

/** What one incarnation has durably done. */
interface Ledger {
  readonly epoch: number;
  readonly sent: Word[];
  readonly received: Word[];
  readonly rejected: Word[];
}

export class Side {
  readonly name: GlobalName;
  readonly other: GlobalName;
  readonly ledgers: Ledger[] = [];
  peers!: Peers;
  full = false;
  exists = true;
  #store!: MemoryStore;
  #index = 0;
  #pending: { outgoing: Word[]; received: Word[]; rejected: Word[] } = { outgoing: [], received: [], rejected: [] };

  constructor(name: GlobalName, other: GlobalName) {
    this.name = name;
    this.other = other;
    this.replace();
  }

  get ledger(): Ledger {
    return this.ledgers.at(-1) as Ledger;
  }

  /** The atom is deleted, and made anew: nothing of the old one is left. */
  replace(): void {
    this.#store = new MemoryStore();
    this.ledgers.push({ epoch: this.ledgers.length + 1, sent: [], received: [], rejected: [] });
    this.crash();
  }

  /** What was not committed is gone. */
  crash(): void {
    this.#pending = { outgoing: [], received: [], rejected: [] };
    this.peers = new Peers(this.name, this.ledger.epoch, true);
    this.peers.restore(this.#store.load(), false);
  }

  send(channel: ChannelClass, count: number): void {
    for (let i = 0; i < count; i++)
      this.#pending.outgoing.push({ epoch: this.ledger.epoch, channel, index: this.#index++ });
  }

  commit(): void {
    const { outgoing, received, rejected } = this.#pending;
    const items = outgoing.map((word) => ({ to: this.other, channel: word.channel, envelope: envelopeOf(word) }));
    this.peers.enqueue(outgoingOf(...items));
    this.#store.commit(this.peers.changes());
    this.peers.markCommitted();
    this.ledger.sent.push(...outgoing);
    this.ledger.received.push(...received);
    this.ledger.rejected.push(...rejected);
    this.#pending = { outgoing: [], received: [], rejected: [] };
    if (!this.full && this.peers.refusing) this.peers.resume();
    this.#checkOrder();
  }

  receive(batch: Batch, nowMs: number): readonly Ack[] {
    if (!this.exists) return refusalOf(batch).acks;
    const { frames, undeliverable } = this.peers.onBatch(
      batch,
      nowMs,
      ({ channel }) => channel === "reply" || !this.full,
    );
    this.#pending.received.push(...frames.flatMap((frame) => decodeEnvelopes(frame.body).map(wordOf)));
    this.#pending.rejected.push(...undeliverable.flatMap(({ envelopes }) => envelopes.map(wordOf)));
    return [];
  }

  storedOutbox(): number {
    return this.#store.load().outbox.length;
  }

  /** In order and each once, from every incarnation of the sender, on every channel. */
  #checkOrder(): void {
    const last = new Map<string, number>();
    for (const { epoch, channel, index } of this.ledger.received) {
      const key = `${epoch} ${channel}`;
      const before = last.get(key) ?? -1;
      if (index <= before) throw new Error(`${this.name} got ${channel} ${index} of epoch ${epoch} after ${before}.`);
      last.set(key, index);
    }
  }
}

interface Flight {
  readonly to: Side;
  readonly batch: Batch;
}

export class World {
  readonly left = new Side(LEFT, RIGHT);
  readonly right = new Side(RIGHT, LEFT);
  readonly flights: Flight[] = [];
  nowMs = 1_000;

  /** Everything that is due leaves. */
  leave(side: Side): void {
    if (!side.exists) return;
    side.commit();
    for (const link of side.peers.links) {
      const departure = link.depart(this.nowMs);
      if (departure) this.flights.push({ to: this.#opposite(side), batch: departure.batch });
    }
  }

  /** The flight arrives; what goes back at once is an answer on its way. `keep`: it will arrive once more. */
  arrive(index: number, keep: boolean): void {
    const flight = this.flights[index];
    if (!flight) return;
    if (!keep) this.flights.splice(index, 1);
    const acks = flight.to.receive(flight.batch, this.nowMs);
    if (acks.length > 0) this.flights.push({ to: this.#opposite(flight.to), batch: { frames: [], acks } });
  }

  lose(index: number): void {
    this.flights.splice(index, 1);
  }

  /** No faults any more: returns how many rounds it took until nothing was left to do. */
  heal(roundsMax = 200): number {
    for (const side of [this.left, this.right]) Object.assign(side, { full: false, exists: true });
    for (let round = 1; round <= roundsMax; round++) {
      this.leave(this.left);
      this.leave(this.right);
      while (this.flights.length > 0) this.arrive(0, false);
      for (const side of [this.left, this.right]) side.commit();
      if (this.quiet) return round;
      this.nowMs += 100;
    }
    throw new Error("The channels did not drain.");
  }

  get quiet(): boolean {
    return [this.left, this.right].every(({ peers }) => peers.idle && peers.unacknowledged === 0);
  }

  /** Words that the side's last incarnation sent, and how often they arrived anywhere or were given up. */
  fates(side: Side): { word: Word; arrived: number; rejected: number }[] {
    const received = this.#opposite(side).ledgers.flatMap((ledger) => ledger.received);
    const { sent, rejected, epoch } = side.ledger;
    const count = (words: Word[], { channel, index }: Word) =>
      words.filter((word) => word.epoch === epoch && word.channel === channel && word.index === index).length;
    return sent.map((word) => ({ word, arrived: count(received, word), rejected: count(rejected, word) }));
  }

  #opposite(side: Side): Side {
    return side === this.left ? this.right : this.left;
  }
}

/** Frames that came ahead of others that have not come. */
export function framesAhead(side: Side): number {
  const { channels } = side.peers.link(side.other);
  return CHANNEL_CLASSES.reduce((sum, channel) => sum + channels[channel].receiver.ahead, 0);
}

function envelopeOf(word: Word): Envelope {
  return { kind: "message", payload: utf8(JSON.stringify(word)) };
}

function wordOf(envelope: Envelope): Word {
  return JSON.parse(fromUtf8((envelope as { payload: Uint8Array }).payload)) as Word;
}
