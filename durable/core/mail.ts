/**
 * Mail: an envelope in the mailbox. It stays in the bytes of the run that it came in, and is read when it is asked for.
 *
 * Invariant: all envelopes of a run came by one channel, so that either all of them are interrupts or none is.
 */
import { ByteReader } from "./bytes.ts";
import {
  envelopeStarts,
  isMessageAt,
  kindOf,
  payloadBytesOf,
  readEnvelope,
  requestIdOf,
  type InterruptEnvelope,
  type MailEnvelope,
  type MessageEnvelope,
} from "./envelope.ts";
import type { GlobalName } from "./names.ts";
import type { MailRecord } from "./store.ts";

/** A run of envelopes as it arrived, and what of it is consumed. */
export class MailRun {
  /** The mailbox position of its first envelope. */
  readonly first: number;
  readonly from: GlobalName | "";
  readonly body: Uint8Array;
  /** Of `body`. */
  readonly view: DataView;
  /** Where each envelope starts, and where the last one ends. */
  readonly starts: readonly number[];
  /** True if it consists of interrupts. */
  readonly interrupts: boolean;
  /** One bit an envelope. */
  readonly done: Uint8Array;
  stored: boolean;
  /** True if it is among the records that have changed. */
  touched = false;
  /** The first envelope that the mailbox has not come to. */
  next = 0;
  left: number;
  /** True if all of it are one-way messages, and none was done with before it was made. */
  readonly plain: boolean;

  constructor(
    first: number,
    from: GlobalName | "",
    body: Uint8Array,
    starts: readonly number[] = envelopeStarts(body),
    record?: MailRecord,
  ) {
    this.first = first;
    this.from = from;
    this.body = body;
    this.view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    this.starts = starts;
    this.interrupts = this.count > 0 && this.kindOf(0) === "interrupt";
    this.plain = record === undefined && this.#areMessages();
    this.done = record?.done.slice() ?? new Uint8Array(Math.ceil(this.count / 8));
    this.stored = record !== undefined;
    this.left = this.count;
    if (record) for (let index = 0; index < this.count; index++) if (this.isDone(index)) this.left -= 1;
  }

  get count(): number {
    return this.starts.length - 1;
  }

  kindOf(index: number): MailEnvelope["kind"] {
    return kindOf(this.body, this.starts[index] as number) as MailEnvelope["kind"];
  }

  /** What an envelope takes. */
  bytesOf(index: number): number {
    return (this.starts[index + 1] as number) - (this.starts[index] as number);
  }

  /** How many of a plain run are within these bounds, from `first` on. */
  within(first: number, messagesMax: number, bytesMax: number): number {
    const start = this.starts[first] as number;
    let end = Math.min(this.count, first + messagesMax);
    while ((this.starts[end] as number) - start > bytesMax) end = first + ((end - first) >> 1);
    return end - first;
  }

  #areMessages(): boolean {
    for (let index = 0; index < this.count; index++)
      if (!isMessageAt(this.body, this.starts[index] as number)) return false;
    return true;
  }

  isDone(index: number): boolean {
    return ((this.done[index >> 3] as number) & (1 << (index & 7))) !== 0;
  }

  /** So many are done with from an index on. */
  noteDone(first: number, count: number): void {
    for (let index = first; index < first + count; index++)
      this.done[index >> 3] = (this.done[index >> 3] as number) | (1 << (index & 7));
    this.left -= count;
  }
}

export class Mail<E extends MailEnvelope = MailEnvelope> {
  readonly run: MailRun;
  readonly index: number;
  readonly kind: E["kind"];
  /** Deliveries so far, the one under way included. */
  attempt = 0;
  /** Deliveries that ended in a trap. */
  traps = 0;
  /** True if it was handed out, and is neither consumed nor put back. */
  held = false;
  /** True if its delivery has gone on over a commit. */
  underWay = false;
  #envelope: E | undefined;

  constructor(run: MailRun, index: number) {
    this.run = run;
    this.index = index;
    this.kind = run.kindOf(index);
  }

  get position(): number {
    return this.run.first + this.index;
  }
  get from(): GlobalName | "" {
    return this.run.from;
  }
  get bytes(): number {
    return this.run.bytesOf(this.index);
  }
  get done(): boolean {
    return this.run.isDone(this.index);
  }
  get envelope(): E {
    return (this.#envelope ??= readEnvelope(new ByteReader(this.run.body, this.start)) as E);
  }
  get payloadBytes(): number {
    return payloadBytesOf(this.run.view, this.start);
  }
  /** Of a request, or HTTP request. */
  get requestId(): number {
    return requestIdOf(this.run.view, this.start);
  }
  /** Where the envelope starts in the run. */
  get start(): number {
    return this.run.starts[this.index] as number;
  }
  /** Where the envelope ends in the run, and with it the payload. */
  get end(): number {
    return this.run.starts[this.index + 1] as number;
  }
  /** A view into the run. */
  get payload(): Uint8Array {
    return this.run.body.subarray(this.end - this.payloadBytes, this.end);
  }
}

export type MessageMail = Mail<MessageEnvelope>;
export type InterruptMail = Mail<InterruptEnvelope>;
