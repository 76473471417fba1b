/**
 * What the store has to know of the mailbox: the runs in which envelopes came, what of them is consumed, and how often
 * the rest was delivered. The invariants are those of `mailbox.ts`.
 */
import type { Mail, MailRun } from "./mail.ts";
import { NO_CHANGES, type Change } from "./store.ts";

export class MailRecords {
  /** The runs that are not done with. */
  readonly #runs = new Set<MailRun>();
  #touched: MailRun[] = [];
  /** Mails whose attempts the store has to know; `saved` is the number that it knows. */
  readonly #attempts = new Map<Mail, { saved: number | null; traps: number }>();
  /** False of a volatile mailbox, which writes nothing. */
  persistent: boolean;

  constructor(persistent: boolean) {
    this.persistent = persistent;
  }

  get empty(): boolean {
    return this.#runs.size === 0;
  }

  /** The positions of what is not done with. */
  *positions(): Iterable<number> {
    for (const run of this.#runs) {
      for (let index = 0; index < run.count; index++) if (!run.isDone(index)) yield run.first + index;
    }
  }

  add(run: MailRun): void {
    this.#runs.add(run);
    if (!run.stored) this.#touch(run);
  }

  done({ run, index }: Mail): void {
    this.doneNext(run, index, 1);
  }

  /** So many of a run from an index on. */
  doneNext(run: MailRun, first: number, count: number): void {
    run.noteDone(first, count);
    if (run.left === 0) this.#runs.delete(run);
    this.#touch(run);
  }

  /** From now on the store has to know how often this mail was delivered. */
  trackAttempts(mail: Mail, saved: number | null = null): void {
    if (!this.#attempts.has(mail)) this.#attempts.set(mail, { saved, traps: saved === null ? 0 : mail.traps });
  }

  /** What changed since the last call. */
  changes(): readonly Change[] {
    if (this.#touched.length + this.#attempts.size === 0) return NO_CHANGES;
    if (this.persistent) return [...this.#runChanges(), ...this.#attemptChanges()];
    for (const run of this.#touched) run.touched = false;
    this.#touched = [];
    for (const mail of this.#attempts.keys()) if (mail.done) this.#attempts.delete(mail);
    return NO_CHANGES;
  }

  #touch(run: MailRun): void {
    if (run.touched) return;
    run.touched = true;
    this.#touched.push(run);
  }

  #runChanges(): Change[] {
    const changes: Change[] = [];
    for (const run of this.#touched) {
      const { first, count, from, body, done } = run;
      run.touched = false;
      if (run.left === 0) {
        if (run.stored) changes.push({ kind: "mail.delete", first });
      } else if (run.stored) {
        changes.push({ kind: "mail.done", first, done: done.slice() });
      } else {
        changes.push({ kind: "mail.put", record: { first, count, from, body, done: done.slice() } });
        run.stored = true;
      }
    }
    this.#touched = [];
    return changes;
  }

  #attemptChanges(): Change[] {
    const changes: Change[] = [];
    for (const [mail, known] of this.#attempts) {
      const { position, attempt, traps } = mail;
      if (mail.done) {
        if (known.saved !== null) changes.push({ kind: "attempt.delete", position });
        this.#attempts.delete(mail);
      } else if (known.saved !== attempt || known.traps !== traps) {
        changes.push({ kind: "attempt.put", record: { position, attempt, traps } });
        this.#attempts.set(mail, { saved: attempt, traps });
      }
    }
    return changes;
  }
}
