/**
 * The mailbox: what has arrived and is not consumed, in two queues (interrupts and messages; replies never wait here).
 *
 * Invariants
 * 1. Messages are handed out in order of position. One that was handed out stays `held` until it is consumed or put back.
 * 2. `changes()` writes a run of envelopes only if some of it is still unconsumed then, and never rewrites its bytes:
 *    consumption is a bit in its record, and the last bit deletes the record.
 * 3. A mailbox that is full takes no further run until half of it is free, so it holds its bound and at most one run more.
 * 4. A volatile mailbox writes nothing.
 */
import { BoundedLoad } from "./bounded-load.ts";
import { utf8 } from "./bytes.ts";
import { requestsInChain } from "./envelope.ts";
import { INTERRUPT_BYTES_MAX, INTERRUPTS_PENDING_MAX, MAILBOX_BYTES_MAX, MAILBOX_MESSAGES_MAX } from "./limits.ts";
import { MailQueue } from "./mail-queue.ts";
import { MailRecords } from "./mail-records.ts";
import { MailRun, type InterruptMail, type Mail, type MessageMail } from "./mail.ts";
import type { GlobalName } from "./names.ts";
import type { Load } from "./outgoing.ts";
import type { AttemptRecord, Change, MailRecord } from "./store.ts";

export type { InterruptMail, Mail, MessageMail };

/** Messages that come one after the other, encoded. */
export interface Stretch {
  readonly run: MailRun;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** So many mails that are held no more may be among those that are. */
const HELD_SPARE = 16;

export class Mailbox {
  readonly #messages = new MailQueue<MessageMail>();
  readonly #interrupts = new MailQueue<InterruptMail>();
  /** What is held, and since it is made anew only now and then, what was. */
  #held: Mail[] = [];
  #holding = 0;
  /** Requests that this atom itself waits for by way of other atoms, and its own requests in their chains. */
  readonly #reentrant = new Map<MessageMail, readonly number[]>();
  readonly #messageLoad = new BoundedLoad(MAILBOX_MESSAGES_MAX, MAILBOX_BYTES_MAX);
  readonly #interruptLoad = new BoundedLoad(INTERRUPTS_PENDING_MAX, INTERRUPT_BYTES_MAX);
  /** Messages that wait or are held and that somebody waits for an answer to. */
  #requests = 0;
  #nextPosition: number;
  /** The atom's name, as bytes. */
  readonly #self: Uint8Array;
  readonly #records: MailRecords;

  /** Positions start at `firstPosition`; a volatile atom's mailbox (`persistent` false) writes nothing. */
  constructor(self: GlobalName, firstPosition: number, persistent: boolean) {
    this.#self = utf8(self);
    this.#nextPosition = firstPosition;
    this.#records = new MailRecords(persistent);
  }

  restore(records: readonly MailRecord[], attempts: readonly AttemptRecord[]): void {
    const attemptOf = new Map(attempts.map((record) => [record.position, record]));
    for (const record of records) {
      const run = new MailRun(record.first, record.from, record.body, undefined, record);
      this.#enter(run);
      for (let index = 0; index < run.count; index++) this.#restoreAttempts(run, index, attemptOf);
    }
  }

  /** From now on it is a volatile atom's; nothing of it is in the store. */
  forgoStore(): void {
    this.#records.persistent = false;
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
  /** How many more messages it takes. */
  get room(): Load {
    return this.#messageLoad.room;
  }
  get interruptRoom(): Load {
    return this.#interruptLoad.room;
  }
  get full(): boolean {
    return this.#messageLoad.full;
  }
  get interruptsFull(): boolean {
    return this.#interruptLoad.full;
  }
  /** True if at least half of each bound is free: time to let in those who were refused. */
  get roomy(): boolean {
    return this.#messageLoad.roomy && this.#interruptLoad.roomy;
  }
  get hasMessage(): boolean {
    return this.#messages.length > 0;
  }
  /** True if somebody waits for an answer to one of the messages. */
  get hasRequest(): boolean {
    return this.#requests > 0;
  }
  /** True if one of the messages is a request that this atom itself may be waiting for by way of others. */
  get hasReentrant(): boolean {
    return this.#reentrant.size > 0;
  }
  get hasInterrupt(): boolean {
    return this.#interrupts.length > 0;
  }
  /** True if nothing waits and nothing is held. */
  get empty(): boolean {
    return this.#records.empty;
  }

  /** The positions of what waits or is held. */
  positions(): Iterable<number> {
    return this.#records.positions();
  }

  /** Takes a run of messages, or one of interrupts; the caller has seen to it that there is room. `starts`: if known. */
  accept(from: GlobalName | "", body: Uint8Array, starts?: readonly number[]): void {
    const run = new MailRun(this.#nextPosition, from, body, starts);
    this.#nextPosition += run.count;
    if (run.count > 0) this.#enter(run);
  }

  /** What was handed out and is neither consumed nor put back. */
  get held(): readonly Mail[] {
    return this.#held.filter(({ held }) => held);
  }

  /** True if the mail was handed out and is neither consumed nor put back. */
  holds(mail: Mail): boolean {
    return mail.held;
  }

  takeMessage(): MessageMail | undefined {
    return this.#hold(this.#messages.shift());
  }

  /** The messages that come next, if they are of a run of one-way messages and never were handed out. */
  stretch(messagesMax: number, bytesMax: number): Stretch | undefined {
    const run = this.#messages.front;
    if (!run?.plain) return undefined;
    const first = run.next;
    const count = run.within(first, messagesMax, bytesMax);
    return { run, count, bytes: run.body.subarray(run.starts[first], run.starts[first + count]) };
  }

  /** The next ones, which have to be of one stretch, are done with. */
  consumeNext(count: number): void {
    const run = this.#messages.front;
    if (count === 0) return;
    if (!run?.plain || run.next + count > run.count) throw new Error(`The next ${count} messages are of no stretch.`);
    const first = run.next;
    this.#messages.skip(run, count);
    this.#records.doneNext(run, first, count);
    this.#messageLoad.weigh(-count, (run.starts[first] as number) - (run.starts[first + count] as number));
  }

  takeInterrupt(): InterruptMail | undefined {
    return this.#hold(this.#interrupts.shift());
  }

  /** Takes the first request, out of order, whose chain of waiting atoms holds one of this atom's `open` requests. */
  takeReentrant(open: Pick<ReadonlySet<number>, "has">): MessageMail | undefined {
    for (const [mail, awaited] of this.#reentrant) {
      if (mail.held || !awaited.some((request) => open.has(request))) continue;
      this.#messages.remove(mail);
      return this.#hold(mail);
    }
    return undefined;
  }

  /** Takes all messages that somebody waits for an answer to. */
  takeRequests(): MessageMail[] {
    const all: MessageMail[] = [];
    for (let mail = this.#messages.shift(); mail; mail = this.#messages.shift()) all.push(mail);
    this.#messages.putBack(all.filter(({ kind }) => kind === "message"));
    const requests = all.filter(({ kind }) => kind !== "message");
    for (const mail of requests) this.#hold(mail);
    return requests;
  }

  /** A held mail is done with: it will never be delivered again. */
  consume(mail: Mail): void {
    if (!mail.held) return;
    this.#release(mail);
    this.#records.done(mail);
    this.#weigh(mail.run, mail.index, -1);
    if (this.#reentrant.size > 0) this.#reentrant.delete(mail as MessageMail);
  }

  /** Everything held and not consumed goes back to where it was, to be delivered once more. */
  putBack(): void {
    const mails = this.#held.filter(({ held }) => held);
    for (const mail of mails) {
      this.#release(mail);
      this.#records.trackAttempts(mail);
    }
    this.#messages.putBack(mails.filter(isMessage));
    this.#interrupts.putBack(mails.filter(isInterrupt));
  }

  /** A held mail's delivery goes on over a commit: should it be delivered again, it is no first attempt any more. */
  noteDeliveryUnderWay(): void {
    for (const mail of this.#held) mail.underWay = true;
  }

  /** What changed since the last call, for the store. */
  changes(): readonly Change[] {
    for (const mail of this.#held) if (mail.held && mail.underWay) this.#records.trackAttempts(mail);
    return this.#records.changes();
  }

  #enter(run: MailRun): void {
    this.#records.add(run);
    if (run.interrupts) this.#interrupts.add(run);
    else this.#messages.add(run);
    if (run.plain) return this.#messageLoad.weigh(run.count, run.body.length);
    for (let index = 0; index < run.count; index++) {
      if (run.isDone(index)) continue;
      this.#weigh(run, index, 1);
      if (run.kindOf(index) === "request") this.#noteRequest(run, index);
    }
  }

  #noteRequest(run: MailRun, index: number): void {
    const awaited = requestsInChain(run.view, run.starts[index] as number, this.#self);
    if (awaited.length > 0) this.#reentrant.set(this.#messages.ahead(run, index), awaited);
  }

  #restoreAttempts(run: MailRun, index: number, attemptOf: ReadonlyMap<number, AttemptRecord>): void {
    const record = run.isDone(index) ? undefined : attemptOf.get(run.first + index);
    if (!record) return;
    const mail = (run.interrupts ? this.#interrupts : this.#messages).ahead(run, index);
    mail.attempt = record.attempt;
    mail.traps = record.traps;
    this.#records.trackAttempts(mail, record.attempt);
  }

  /** Counts a mail in or out. */
  #weigh(run: MailRun, index: number, sign: 1 | -1): void {
    const load = run.interrupts ? this.#interruptLoad : this.#messageLoad;
    load.weigh(sign, sign * run.bytesOf(index));
    if (isRequest(run.kindOf(index))) this.#requests += sign;
  }

  #hold<M extends Mail>(mail: M | undefined): M | undefined {
    if (!mail) return undefined;
    mail.attempt += 1;
    mail.held = true;
    mail.underWay = false;
    this.#held.push(mail);
    this.#holding += 1;
    return mail;
  }

  #release(mail: Mail): void {
    mail.held = false;
    this.#holding -= 1;
    if (this.#held.at(-1) === mail) this.#held.pop();
    if (this.#holding === 0) this.#forgetReleased();
    else if (this.#held.length > HELD_SPARE + 2 * this.#holding) this.#forgetReleased();
  }

  #forgetReleased(): void {
    if (this.#held.length > 0) this.#held = this.#held.filter(({ held }) => held);
  }
}

function isMessage(mail: Mail): mail is MessageMail {
  return mail.kind !== "interrupt";
}

function isInterrupt(mail: Mail): mail is InterruptMail {
  return mail.kind === "interrupt";
}

function isRequest(kind: Mail["kind"]): boolean {
  return kind === "request" || kind === "http";
}
