/**
 * What a turn or a pending commit has sent and no outbox holds yet, encoded as it will leave: by channel and destination, in
 * runs that become frames. It counts against the bounds of the queues that it is on its way to.
 *
 * Invariants
 * 1. A run has at most FRAME_MESSAGES_MAX envelopes and FRAME_BYTES_MAX bytes, or a single envelope.
 * 2. Runs keep the order in which their envelopes were added, also when one `Outgoing` absorbs another.
 */
import { ByteWriter } from "./bytes.ts";
import { writeEnvelope, writeMessage, type Envelope } from "./envelope.ts";
import type { ChannelClass } from "./frame.ts";
import { FRAME_BYTES_MAX, FRAME_MESSAGES_MAX } from "./limits.ts";
import type { GlobalName } from "./names.ts";

/** Envelopes that go together. */
export interface EncodedRun {
  readonly count: number;
  readonly body: Uint8Array;
}

/** How much waits, or is held. */
export interface Load {
  readonly messages: number;
  readonly bytes: number;
}

/** True if one more may be added to a load that has this much room. */
export function fits(load: Load, room: Load): boolean {
  return load.messages < room.messages && load.bytes < room.bytes;
}

/** What is kept to be used again is no more than this. */
const DESTINATIONS_KEPT_MAX = 4;
const WRITER_KEPT_BYTES_MAX = 4 * 1024;

/** A run of this length is not copied to join others. */
const RUN_BYTES_MIN = 16 * 1024;

const NOTHING: Load = { messages: 0, bytes: 0 };

/** What goes to one destination by one channel. */
export class OutgoingRuns implements Load {
  readonly to: GlobalName;
  readonly channel: ChannelClass;
  messages = 0;
  bytes = 0;
  /** What the queue at the other end of its way had room for when the first was added. */
  room: Load = NOTHING;
  #full: EncodedRun[] = [];
  #open = new ByteWriter();
  #openCount = 0;

  constructor(to: GlobalName, channel: ChannelClass) {
    this.to = to;
    this.channel = channel;
  }

  /** The envelope's bytes are copied. */
  add(envelope: Envelope): void {
    const start = this.#open.length;
    writeEnvelope(this.#open, envelope);
    this.#added(start);
  }

  /** Adds a message whose payload stands elsewhere. */
  addMessage(source: DataView, from: number, bytes: number): void {
    const start = this.#open.length;
    writeMessage(this.#open, source, from, bytes);
    this.#added(start);
  }

  /** Adds messages that are encoded, FRAME_MESSAGES_MAX and FRAME_BYTES_MAX at most. The bytes are copied. */
  addEncoded(count: number, bytes: Uint8Array): void {
    this.messages += count;
    this.bytes += bytes.length;
    if (bytes.length >= RUN_BYTES_MIN) return this.#addRun({ count, body: bytes.slice() });
    this.#makeRoom(count, bytes.length);
    this.#open.raw(bytes);
  }

  #added(start: number): void {
    const { length } = this.#open;
    this.messages += 1;
    this.bytes += length - start;
    if (this.#openCount >= FRAME_MESSAGES_MAX || (start > 0 && length > FRAME_BYTES_MAX)) this.#cutAt(start);
    this.#openCount += 1;
  }

  /** Takes over all that the other one has, which is empty then. */
  absorb(other: OutgoingRuns): void {
    if (this.messages === 0) return this.#swap(other);
    for (const run of other.#full) this.#addRun(run);
    if (other.#openCount > 0) {
      this.#makeRoom(other.#openCount, other.#open.length);
      this.#open.append(other.#open);
    }
    this.messages += other.messages;
    this.bytes += other.bytes;
    other.clear();
  }

  /** All runs, in order; none is left. */
  take(): EncodedRun[] {
    this.#close();
    const runs = this.#full;
    this.clear();
    return runs;
  }

  /** Forgets it all. */
  clear(): void {
    this.messages = 0;
    this.bytes = 0;
    this.#full = [];
    if (this.#open.capacity > WRITER_KEPT_BYTES_MAX) this.#open = new ByteWriter();
    this.#open.truncate(0);
    this.#openCount = 0;
  }

  /** A run of its own, if it is not so short that it rather joins the open one. */
  #addRun(run: EncodedRun): void {
    if (run.body.length >= RUN_BYTES_MIN) {
      this.#close();
      this.#full.push(run);
      return;
    }
    this.#makeRoom(run.count, run.body.length);
    this.#open.raw(run.body);
  }

  /** So many more are about to join the open run, or to begin the next. */
  #makeRoom(count: number, bytes: number): void {
    const joins = this.#openCount + count <= FRAME_MESSAGES_MAX && this.#open.length + bytes <= FRAME_BYTES_MAX;
    if (!joins) this.#close();
    this.#openCount += count;
  }

  /** The envelope that starts there begins a new run. */
  #cutAt(start: number): void {
    const rest = this.#open.finish(start);
    this.#open.truncate(start);
    this.#close();
    this.#open.raw(rest);
  }

  #close(): void {
    if (this.#openCount === 0) return;
    this.#full.push({ count: this.#openCount, body: this.#open.finish() });
    this.#open.truncate(0);
    this.#openCount = 0;
  }

  #swap(other: OutgoingRuns): void {
    [this.messages, other.messages] = [other.messages, this.messages];
    [this.bytes, other.bytes] = [other.bytes, this.bytes];
    [this.#full, other.#full] = [other.#full, this.#full];
    [this.#open, other.#open] = [other.#open, this.#open];
    [this.#openCount, other.#openCount] = [other.#openCount, this.#openCount];
  }
}

type ByChannel = { [C in ChannelClass]?: OutgoingRuns };

export class Outgoing {
  readonly #byDestination = new Map<GlobalName, ByChannel>();
  /** The last that was asked for: mostly it is asked for again. */
  #last: OutgoingRuns | undefined;
  /** Those that have something, in the order of their first envelope. */
  #used: OutgoingRuns[] = [];

  get empty(): boolean {
    return this.#used.length === 0;
  }

  /** How much is on its way there. */
  load(to: GlobalName, channel: ChannelClass): Load {
    return this.#byDestination.get(to)?.[channel] ?? NOTHING;
  }

  /** What goes there, which may be nothing yet. */
  runs(to: GlobalName, channel: ChannelClass): OutgoingRuns {
    if (this.#last?.to === to && this.#last.channel === channel) return this.#last;
    let byChannel = this.#byDestination.get(to);
    if (!byChannel) this.#byDestination.set(to, (byChannel = {}));
    return (this.#last = byChannel[channel] ??= new OutgoingRuns(to, channel));
  }

  add(runs: OutgoingRuns, envelope: Envelope): void {
    if (runs.messages === 0) this.#used.push(runs);
    runs.add(envelope);
  }

  addMessage(runs: OutgoingRuns, source: DataView, start: number, bytes: number): void {
    if (runs.messages === 0) this.#used.push(runs);
    runs.addMessage(source, start, bytes);
  }

  addEncoded(runs: OutgoingRuns, count: number, bytes: Uint8Array): void {
    if (runs.messages === 0) this.#used.push(runs);
    runs.addEncoded(count, bytes);
  }

  absorb(other: OutgoingRuns): void {
    const runs = this.runs(other.to, other.channel);
    if (runs.messages === 0) this.#used.push(runs);
    runs.absorb(other);
  }

  /** Everything, by destination and channel; the caller takes the runs, all of them. */
  take(): readonly OutgoingRuns[] {
    const used = this.#used;
    this.#used = [];
    return used;
  }

  /** Forgets it all, but for a few destinations that are likely to come again. */
  clear(): void {
    for (const runs of this.#used) runs.clear();
    this.#used = [];
    if (this.#byDestination.size <= DESTINATIONS_KEPT_MAX) return;
    this.#last = undefined;
    this.#byDestination.clear();
  }
}
