/**
 * One queue of a mailbox: the mails of its runs in order of position, made as their turn comes.
 *
 * Invariants
 * 1. What has gone before the cursor (`MailRun.next`) and waits again is in `returned`; so it comes before all the rest.
 * 2. A mail that was made ahead of the cursor is in `ahead` until the cursor has passed it, whatever became of it.
 */
import { Mail, type MailRun } from "./mail.ts";
import { Queue } from "./queue.ts";

export class MailQueue<M extends Mail> {
  readonly #runs = new Queue<MailRun>();
  /** The next one last. */
  #returned: M[] = [];
  readonly #ahead = new Map<number, M>();
  #length = 0;

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  add(run: MailRun): void {
    this.#runs.push(run);
    this.#length += run.left;
  }

  /** Takes the next one. */
  shift(): M | undefined {
    if (this.#length === 0) return undefined;
    this.#length -= 1;
    return this.#returned.pop() ?? this.#fresh();
  }

  /** The run of the next one, if none was put back; of a plain run all that is behind that waits for the first time. */
  get front(): MailRun | undefined {
    if (this.#returned.length > 0) return undefined;
    for (let run = this.#runs.at(0); run; run = this.#runs.at(0)) {
      if (run.next < run.count) return run;
      this.#runs.shift();
    }
    return undefined;
  }

  /** The next `count` ones, of the run in front, are not for the queue any more. */
  skip(run: MailRun, count: number): void {
    run.next += count;
    this.#length -= count;
  }

  /** A waiting mail of a run just added, before its turn. */
  ahead(run: MailRun, index: number): M {
    const position = run.first + index;
    let mail = this.#ahead.get(position);
    if (!mail) this.#ahead.set(position, (mail = new Mail(run, index) as M));
    return mail;
  }

  /** Takes a waiting one out of its turn. Costs as much as there are returned ones. */
  remove(mail: M): void {
    this.#length -= 1;
    const index = this.#returned.indexOf(mail);
    if (index >= 0) this.#returned.splice(index, 1);
  }

  /** Lets mails wait again where they were. */
  putBack(mails: readonly M[]): void {
    this.#length += mails.length;
    const passed = mails.filter(({ run, index }) => index < run.next);
    this.#returned = [...this.#returned, ...passed].sort((a, b) => b.position - a.position);
  }

  #fresh(): M | undefined {
    for (let run = this.#runs.at(0); run; run = this.#runs.at(0)) {
      while (run.next < run.count) {
        const mail = this.#at(run, run.next++);
        if (mail && !mail.held) return mail;
      }
      this.#runs.shift();
    }
    return undefined;
  }

  /** The mail that the cursor is at; undefined if it is done with. */
  #at(run: MailRun, index: number): M | undefined {
    const position = run.first + index;
    const made = this.#ahead.size > 0 ? this.#ahead.get(position) : undefined;
    if (made) this.#ahead.delete(position);
    if (run.isDone(index)) return undefined;
    return made ?? (new Mail(run, index) as M);
  }
}
