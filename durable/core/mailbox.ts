/**
 * The mailbox: what has arrived and is not consumed, in three queues (interrupts, messages; replies never wait here).
 *
 * Invariants
 * 1. Messages are handed out in order of position. One that was handed out stays `held` until it is consumed or put back.
 * 2. `changes()` writes a run of envelopes only if some of it is still unconsumed then, and never rewrites its bytes:
 *    consumption is a bit in its record, and the last bit deletes the record.
 * 3. A mailbox that is full takes no further run, so it holds its bound and at most one run more.
 */
import { decodeEnvelopes, envelopeBytes, type Envelope, type InterruptEnvelope, type MessageEnvelope } from "./envelope.ts";
import { INTERRUPTS_PENDING_MAX, MAILBOX_BYTES_MAX, MAILBOX_MESSAGES_MAX } from "./limits.ts";
import type { GlobalName } from "./names.ts";
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

/** A run of envelopes as it arrived, and what of it is consumed. */
interface Run {
  readonly first: number;
  readonly count: number;
  readonly from: GlobalName | "";
  readonly body: Uint8Array;
  readonly done: Uint8Array;
  left: number;
  stored: boolean;
}

export class Mailbox {
  #messages: MessageMail[] = [];
  #interrupts: InterruptMail[] = [];
  readonly #held = new Set<Mail>();
  readonly #runs = new Map<Mail, Run>();
  readonly #touched = new Set<Run>();
  /** Mails whose attempts the store has to know; `saved` is the number that it knows. */
  readonly #attempts = new Map<Mail, { saved: number | null; traps: number }>();
  #count = 0;
  #bytes = 0;
  #nextPosition: number;
  readonly #persistent: boolean;

  /** Positions start at `firstPosition`; a volatile atom's mailbox (`persistent` false) writes nothing. */
  constructor(firstPosition: number, persistent: boolean) {
    this.#nextPosition = firstPosition;
    this.#persistent = persistent;
  }

  restore(records: readonly MailRecord[], attempts: readonly AttemptRecord[]): void {
    const attemptOf = new Map(attempts.map((record) => [record.position, record]));
    for (const record of records) this.#restoreRun(record, attemptOf);
  }

  /** Messages that wait or are held, interrupts not counted. */
  get count(): number {
    return this.#count;
  }
  get bytes(): number {
    return this.#bytes;
  }
  /** The position that the next envelope gets. */
  get nextPosition(): number {
    return this.#nextPosition;
  }
  get full(): boolean {
    return this.#count >= MAILBOX_MESSAGES_MAX || this.#bytes >= MAILBOX_BYTES_MAX;
  }
  get interruptsFull(): boolean {
    return this.#interrupts.length >= INTERRUPTS_PENDING_MAX;
  }
  get hasMessage(): boolean {
    return this.#messages.length > 0;
  }
  /** True if somebody waits for an answer to one of the messages. */
  get hasRequest(): boolean {
    return this.#messages.some(({ envelope }) => envelope.kind !== "message");
  }
  get hasInterrupt(): boolean {
    return this.#interrupts.length > 0;
  }
  /** True if nothing waits and nothing is held. */
  get empty(): boolean {
    return this.#runs.size === 0;
  }

  /** Takes a run of envelopes; the caller has seen to it that there is room. Returns their mails. */
  accept(from: GlobalName | "", body: Uint8Array, envelopes: readonly Envelope[] = decodeEnvelopes(body)): Mail[] {
    const run: Run = {
      first: this.#nextPosition,
      count: envelopes.length,
      from,
      body,
      done: new Uint8Array(Math.ceil(envelopes.length / 8)),
      left: envelopes.length,
      stored: false,
    };
    this.#nextPosition += envelopes.length;
    this.#touched.add(run);
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

  /** Takes the first message that `wanted` accepts, out of order: a re-entrant request. */
  takeMessageWhere(wanted: (mail: MessageMail) => boolean): MessageMail | undefined {
    const index = this.#messages.findIndex(wanted);
    return index < 0 ? undefined : this.#hold(this.#messages.splice(index, 1)[0]);
  }

  /** The mail is done with: it will never be delivered again. */
  consume(mail: Mail): void {
    const run = this.#runs.get(mail);
    if (!run) return;
    this.#runs.delete(mail);
    this.#held.delete(mail);
    const index = mail.position - run.first;
    run.done[index >> 3] = (run.done[index >> 3] ?? 0) | (1 << (index & 7));
    run.left -= 1;
    this.#touched.add(run);
    if (!isMessage(mail)) return;
    this.#count -= 1;
    this.#bytes -= envelopeBytes(mail.envelope);
  }

  /** Everything held and not consumed goes back to the front, in order, to be delivered once more. */
  putBack(): void {
    const mails = [...this.#held].sort((a, b) => a.position - b.position);
    this.#held.clear();
    for (const mail of mails) this.#trackAttempts(mail);
    this.#messages = [...mails.filter(isMessage), ...this.#messages];
    this.#interrupts = [...mails.filter(isInterrupt), ...this.#interrupts];
  }

  /** A held mail's delivery goes on over a commit: should it be delivered again, it is no first attempt any more. */
  noteDeliveryUnderWay(): void {
    for (const mail of this.#held) this.#trackAttempts(mail);
  }

  /** What changed since the last call, for the store. */
  changes(): Change[] {
    if (!this.#persistent) {
      this.#touched.clear();
      return [];
    }
    return [...this.#runChanges(), ...this.#attemptChanges()];
  }

  #runChanges(): Change[] {
    const changes: Change[] = [];
    for (const run of this.#touched) {
      const { first, count, from, body, done } = run;
      if (run.left === 0) {
        if (run.stored) changes.push({ kind: "mail.delete", first });
      } else if (run.stored) {
        changes.push({ kind: "mail.done", first, done: done.slice() });
      } else {
        changes.push({ kind: "mail.put", record: { first, count, from, body, done: done.slice() } });
        run.stored = true;
      }
    }
    this.#touched.clear();
    return changes;
  }

  #attemptChanges(): Change[] {
    const changes: Change[] = [];
    for (const [mail, known] of this.#attempts) {
      const { position, attempt, traps } = mail;
      if (!this.#runs.has(mail)) {
        if (known.saved !== null) changes.push({ kind: "attempt.delete", position });
        this.#attempts.delete(mail);
      } else if (known.saved !== attempt || known.traps !== traps) {
        changes.push({ kind: "attempt.put", record: { position, attempt, traps } });
        this.#attempts.set(mail, { saved: attempt, traps });
      }
    }
    return changes;
  }

  #restoreRun(record: MailRecord, attemptOf: ReadonlyMap<number, AttemptRecord>): void {
    const run: Run = { ...record, done: record.done.slice(), left: 0, stored: true };
    decodeEnvelopes(record.body).forEach((envelope, index) => {
      if (((run.done[index >> 3] ?? 0) & (1 << (index & 7))) !== 0) return;
      run.left += 1;
      this.#enqueue(run, index, envelope, attemptOf.get(run.first + index));
    });
  }

  #enqueue(run: Run, index: number, envelope: Envelope, before: AttemptRecord | undefined): Mail {
    const { attempt, traps } = before ?? { attempt: 0, traps: 0 };
    const mail: Mail = { position: run.first + index, from: run.from, envelope, attempt, traps };
    if (before) this.#attempts.set(mail, { saved: attempt, traps });
    this.#runs.set(mail, run);
    if (isInterrupt(mail)) {
      this.#interrupts.push(mail);
    } else if (isMessage(mail)) {
      this.#messages.push(mail);
      this.#count += 1;
      this.#bytes += envelopeBytes(envelope);
    }
    return mail;
  }

  #hold<M extends Mail>(mail: M | undefined): M | undefined {
    if (!mail) return undefined;
    mail.attempt += 1;
    this.#held.add(mail);
    return mail;
  }

  #trackAttempts(mail: Mail): void {
    if (!this.#attempts.has(mail)) this.#attempts.set(mail, { saved: null, traps: 0 });
  }
}

function isMessage(mail: Mail): mail is MessageMail {
  const { kind } = mail.envelope;
  return kind === "message" || kind === "request" || kind === "http";
}

function isInterrupt(mail: Mail): mail is InterruptMail {
  return mail.envelope.kind === "interrupt";
}
