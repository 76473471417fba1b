/**
 * What the store has to know of the mailbox: the runs in which envelopes came, what of them is consumed, and how often
 * the rest was delivered. The invariants are those of `mailbox.ts`.
 */
import type { Mail } from "./mailbox.ts";
import type { GlobalName } from "./names.ts";
import type { AttemptRecord, Change, MailRecord } from "./store.ts";

/** A run of envelopes as it arrived, and what of it is consumed. */
export interface Run {
  readonly first: number;
  readonly count: number;
  readonly from: GlobalName | "";
  readonly body: Uint8Array;
  readonly done: Uint8Array;
  left: number;
  stored: boolean;
}

export function newRun(first: number, count: number, from: GlobalName | "", body: Uint8Array): Run {
  return { first, count, from, body, done: new Uint8Array(Math.ceil(count / 8)), left: count, stored: false };
}

/** A run as the store has it; none of its envelopes is counted as left yet. */
export function storedRun(record: MailRecord): Run {
  return { ...record, done: record.done.slice(), left: 0, stored: true };
}

export function isDone({ done }: Run, index: number): boolean {
  return ((done[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

export class MailRecords {
  readonly #runs = new Map<Mail, Run>();
  readonly #touched = new Set<Run>();
  /** Mails whose attempts the store has to know; `saved` is the number that it knows. */
  readonly #attempts = new Map<Mail, { saved: number | null; traps: number }>();
  /** Deletes what a volatile mailbox found in the store. */
  readonly #disowned: Change[] = [];
  readonly #persistent: boolean;

  constructor(persistent: boolean) {
    this.#persistent = persistent;
  }

  /** Records that the store has; a volatile mailbox takes them over. */
  found(records: readonly MailRecord[], attempts: readonly AttemptRecord[]): void {
    if (this.#persistent) return;
    this.#disowned.push(...records.map(({ first }): Change => ({ kind: "mail.delete", first })));
    this.#disowned.push(...attempts.map(({ position }): Change => ({ kind: "attempt.delete", position })));
  }

  /** The mails that are not done with. */
  get mails(): Iterable<Mail> {
    return this.#runs.keys();
  }
  get empty(): boolean {
    return this.#runs.size === 0;
  }

  add(mail: Mail, run: Run): void {
    this.#runs.set(mail, run);
    if (!run.stored) this.#touched.add(run);
  }

  /** Returns false if it was done already. */
  done(mail: Mail): boolean {
    const run = this.#runs.get(mail);
    if (!run) return false;
    this.#runs.delete(mail);
    const index = mail.position - run.first;
    run.done[index >> 3] = (run.done[index >> 3] ?? 0) | (1 << (index & 7));
    run.left -= 1;
    this.#touched.add(run);
    return true;
  }

  /** From now on the store has to know how often this mail was delivered. */
  trackAttempts(mail: Mail, saved: number | null = null): void {
    if (!this.#attempts.has(mail)) this.#attempts.set(mail, { saved, traps: saved === null ? 0 : mail.traps });
  }

  /** What changed since the last call. */
  changes(): Change[] {
    if (this.#persistent) return [...this.#runChanges(), ...this.#attemptChanges()];
    this.#touched.clear();
    for (const mail of this.#attempts.keys()) if (!this.#runs.has(mail)) this.#attempts.delete(mail);
    return this.#disowned.splice(0);
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
}
