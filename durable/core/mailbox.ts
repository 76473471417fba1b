/**
 * The mailbox: what has arrived and is not consumed, in two queues (interrupts and messages; replies never wait here).
 *
 * Invariants
 * 1. Messages are handed out in order of position. One that was handed out stays `held` until it is consumed or put back.
 * 2. `changes()` writes a run of envelopes only if some of it is still unconsumed then, and never rewrites its bytes:
 *    consumption is a bit in its record, and the last bit deletes the record.
 * 3. A mailbox that is full takes no further run, so it holds its bound and at most one run more.
 * 4. A volatile mailbox writes nothing; what it stored while it was durable is its own now, so that those records go
 *    with the first commit.
 */
import {
  decodeEnvelopes,
  envelopeBytes,
  type ChainLink,
  type Envelope,
  type InterruptEnvelope,
  type MessageEnvelope,
} from "./envelope.ts";
import { INTERRUPT_BYTES_MAX, INTERRUPTS_PENDING_MAX, MAILBOX_BYTES_MAX, MAILBOX_MESSAGES_MAX } from "./limits.ts";
import { isDone, MailRecords, newRun, storedRun, type Run } from "./mail-records.ts";
import type { GlobalName } from "./names.ts";
import { Queue } from "./queue.ts";
import type { AttemptRecord, Change, MailRecord } from "./store.ts";

/** An envelope in the mailbox. */
export interface Mail<E extends Envelope = Envelope> {
  readonly position: number;
  readonly from: GlobalName | "";
  readonly envelope: E;
  /** Deliveries so far, the one under way included. */
  attempt: number;
  /** Deliveries that ended in a trap. */
  traps: number;
}
export type MessageMail = Mail<MessageEnvelope>;
export type InterruptMail = Mail<InterruptEnvelope>;

const NO_LINKS: ChainLink[] = [];

/** What waits or is held, and how much of it there is. */
export interface Load {
  messages: number;
  bytes: number;
}

const NO_LOAD: Readonly<Load> = { messages: 0, bytes: 0 };

export class Mailbox {
  readonly #messages = new Queue<MessageMail>();
  readonly #interrupts = new Queue<InterruptMail>();
  readonly #held = new Set<Mail>();
  /** Requests that this atom itself waits for, by way of other atoms. */
  readonly #reentrant = new Set<MessageMail>();
  readonly #messageLoad: Load = { messages: 0, bytes: 0 };
  readonly #interruptLoad: Load = { messages: 0, bytes: 0 };
  /** Messages that wait or are held and that somebody waits for an answer to. */
  #requests = 0;
  #nextPosition: number;
  readonly #self: GlobalName;
  readonly #records: MailRecords;

  /** Positions start at `firstPosition`; a volatile atom's mailbox (`persistent` false) writes nothing. */
  constructor(self: GlobalName, firstPosition: number, persistent: boolean) {
    this.#self = self;
    this.#nextPosition = firstPosition;
    this.#records = new MailRecords(persistent);
  }

  restore(records: readonly MailRecord[], attempts: readonly AttemptRecord[]): void {
    const attemptOf = new Map(attempts.map((record) => [record.position, record]));
    for (const record of records) this.#restoreRun(record, attemptOf);
    this.#records.found(records, attempts);
  }

  /** Messages that wait or are held, interrupts not counted. */
  get count(): number {
    return this.#messageLoad.messages;
  }
  get bytes(): number {
    return this.#messageLoad.bytes;
  }
  /** The position that the next envelope gets. */
  get nextPosition(): number {
    return this.#nextPosition;
  }
  get full(): boolean {
    return !this.hasRoom(NO_LOAD);
  }
  get interruptsFull(): boolean {
    return !this.hasInterruptRoom(NO_LOAD);
  }
  /** True if at least half of each bound is free: time to let in those who were refused. */
  get roomy(): boolean {
    const { messages, bytes } = this.#messageLoad;
    const interrupts = this.#interruptLoad;
    const messagesRoomy = messages * 2 <= MAILBOX_MESSAGES_MAX && bytes * 2 <= MAILBOX_BYTES_MAX;
    return (
      messagesRoomy && interrupts.messages * 2 <= INTERRUPTS_PENDING_MAX && interrupts.bytes * 2 <= INTERRUPT_BYTES_MAX
    );
  }
  get hasMessage(): boolean {
    return this.#messages.length > 0;
  }
  /** True if somebody waits for an answer to one of the messages. */
  get hasRequest(): boolean {
    return this.#requests > 0;
  }
  get hasInterrupt(): boolean {
    return this.#interrupts.length > 0;
  }
  /** True if nothing waits and nothing is held. */
  get empty(): boolean {
    return this.#records.empty;
  }

  /** The positions of what waits or is held. */
  *positions(): Iterable<number> {
    for (const { position } of this.#records.mails) yield position;
  }

  /** True if the mailbox takes one more run of messages over what is `coming` already. */
  hasRoom(coming: Readonly<Load>): boolean {
    const { messages, bytes } = this.#messageLoad;
    return messages + coming.messages < MAILBOX_MESSAGES_MAX && bytes + coming.bytes < MAILBOX_BYTES_MAX;
  }

  hasInterruptRoom(coming: Readonly<Load>): boolean {
    const { messages, bytes } = this.#interruptLoad;
    return messages + coming.messages < INTERRUPTS_PENDING_MAX && bytes + coming.bytes < INTERRUPT_BYTES_MAX;
  }

  /** Takes a run of envelopes; the caller has seen to it that there is room. Returns their mails. */
  accept(from: GlobalName | "", body: Uint8Array, envelopes: readonly Envelope[] = decodeEnvelopes(body)): Mail[] {
    const run = newRun(this.#nextPosition, envelopes.length, from, body);
    this.#nextPosition += envelopes.length;
    return envelopes.map((envelope, index) => this.#enqueue(run, index, envelope, undefined));
  }

  /** True if the mail was handed out and is neither consumed nor put back. */
  holds(mail: Mail): boolean {
    return this.#held.has(mail);
  }

  takeMessage(): MessageMail | undefined {
    return this.#hold(this.#messages.shift());
  }

  takeInterrupt(): InterruptMail | undefined {
    return this.#hold(this.#interrupts.shift());
  }

  /** Takes the first request, out of order, whose chain of waiting atoms holds one of this atom's `open` requests. */
  takeReentrant(open: Pick<ReadonlySet<number>, "has">): MessageMail | undefined {
    for (const mail of this.#reentrant) {
      if (this.#held.has(mail) || !ownLinks(mail, this.#self).some(({ request }) => open.has(request))) continue;
      this.#messages.remove(mail);
      return this.#hold(mail);
    }
    return undefined;
  }

  /** Takes all messages that somebody waits for an answer to. */
  takeRequests(): MessageMail[] {
    const requests = [...this.#messages].filter(({ envelope }) => envelope.kind !== "message");
    this.#messages.replace([...this.#messages].filter(({ envelope }) => envelope.kind === "message"));
    for (const mail of requests) this.#hold(mail);
    return requests;
  }

  /** The mail is done with: it will never be delivered again. */
  consume(mail: Mail): void {
    if (!this.#records.done(mail)) return;
    this.#held.delete(mail);
    this.#weigh(mail, -1);
    if (isMessage(mail)) this.#reentrant.delete(mail);
  }

  /** Everything held and not consumed goes back to where it was, to be delivered once more. */
  putBack(): void {
    if (this.#held.size === 0) return;
    const mails = [...this.#held];
    this.#held.clear();
    for (const mail of mails) this.#records.trackAttempts(mail);
    this.#messages.replace(inOrder([...mails.filter(isMessage), ...this.#messages]));
    this.#interrupts.replace(inOrder([...mails.filter(isInterrupt), ...this.#interrupts]));
  }

  /** A held mail's delivery goes on over a commit: should it be delivered again, it is no first attempt any more. */
  noteDeliveryUnderWay(): void {
    for (const mail of this.#held) this.#records.trackAttempts(mail);
  }

  /** What changed since the last call, for the store. */
  changes(): Change[] {
    return this.#records.changes();
  }

  #restoreRun(record: MailRecord, attemptOf: ReadonlyMap<number, AttemptRecord>): void {
    const run = storedRun(record);
    decodeEnvelopes(record.body).forEach((envelope, index) => {
      if (isDone(run, index)) return;
      run.left += 1;
      this.#enqueue(run, index, envelope, attemptOf.get(run.first + index));
    });
  }

  #enqueue(run: Run, index: number, envelope: Envelope, before: AttemptRecord | undefined): Mail {
    const { attempt, traps } = before ?? { attempt: 0, traps: 0 };
    const mail: Mail = { position: run.first + index, from: run.from, envelope, attempt, traps };
    this.#records.add(mail, run);
    if (before) this.#records.trackAttempts(mail, attempt);
    this.#weigh(mail, 1);
    if (isInterrupt(mail)) this.#interrupts.push(mail);
    else if (isMessage(mail)) this.#messages.push(mail);
    if (isMessage(mail) && ownLinks(mail, this.#self).length > 0) this.#reentrant.add(mail);
    return mail;
  }

  /** Counts a mail in or out. Replies weigh nothing: they are consumed as they come. */
  #weigh(mail: Mail, sign: 1 | -1): void {
    const load = isMessage(mail) ? this.#messageLoad : isInterrupt(mail) ? this.#interruptLoad : undefined;
    if (!load) return;
    load.messages += sign;
    load.bytes += sign * envelopeBytes(mail.envelope);
    if (isMessage(mail) && mail.envelope.kind !== "message") this.#requests += sign;
  }

  #hold<M extends Mail>(mail: M | undefined): M | undefined {
    if (!mail) return undefined;
    mail.attempt += 1;
    this.#held.add(mail);
    return mail;
  }
}

function isMessage(mail: Mail): mail is MessageMail {
  const { kind } = mail.envelope;
  return kind === "message" || kind === "request" || kind === "http";
}

function isInterrupt(mail: Mail): mail is InterruptMail {
  return mail.envelope.kind === "interrupt";
}

/** The links of a request's chain in which the atom itself waits. */
function ownLinks({ envelope }: MessageMail, self: GlobalName): ChainLink[] {
  return envelope.kind === "request" ? envelope.chain.filter(({ atom }) => atom === self) : NO_LINKS;
}

function inOrder<M extends Mail>(mails: M[]): M[] {
  return mails.sort((a, b) => a.position - b.position);
}
