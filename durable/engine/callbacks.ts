/**
 * What runs on top of blocked code, or between two messages: pending interrupts, completed futures, re-entrant requests.
 *
 * Invariants
 * 1. At each turn of the loop interrupts come first, then futures, then re-entrant requests.
 * 2. A request is re-entrant if its chain of waiting atoms holds a request of this atom's own, while code here waits for the reply
 *    to one. An atom that takes none answers it with DEADLOCK, so no cycle that a chain shows ever hangs.
 * 3. Callbacks that block nest, to CALLBACK_DEPTH_MAX: what comes then waits until the one on top has ended, but for re-entrant
 *    requests, which that one may be waiting for: they get DEADLOCK.
 */
import type { Atom } from "../core/atom.ts";
import { ERROR_CODES, failure, type Failure } from "../core/errors.ts";
import type { FutureCallback } from "../core/futures.ts";
import type { InterruptMail, MessageMail } from "../core/mailbox.ts";
import type { AwaitedFutures } from "./awaited-futures.ts";
import { callFrame, type CallFrame } from "./call-stack.ts";
import type { Host } from "./host.ts";

const CALLBACK = { interrupt: 1, future: 2, reentrant: 3 } as const;

/** What callbacks need of their guest. */
export interface CallbackPorts {
  readonly atom: Atom;
  readonly host: Host;
  /** False before the guest has migrated its state, and while its activations nest as deep as they may. */
  callable(): boolean;
  /** Calls `radon_callback` in a frame of its own, and commits. */
  call(kind: number, token: number, length: number, frame: CallFrame): Promise<void>;
  commit(): void;
}

export class Callbacks {
  readonly #ports: CallbackPorts;
  readonly #awaited: AwaitedFutures;
  /** Of `on_reentrant`. */
  reentrantToken: number | null = null;

  constructor(ports: CallbackPorts, awaited: AwaitedFutures) {
    this.#ports = ports;
    this.#awaited = awaited;
  }

  /** True if one may be due: mostly none is, and to find that out takes no waiting. */
  get due(): boolean {
    const { atom, host } = this.#ports;
    atom.futures.tick(host.now());
    this.#awaited.note();
    return (atom.hasCallback && this.#ports.callable()) || atom.mailbox.hasReentrant;
  }

  /** Runs the first that is due; false if none is. */
  async runOne(): Promise<boolean> {
    return (await this.runInterrupt()) || (await this.#runFuture()) || (await this.#runReentrant());
  }

  /** Runs the next interrupt, unless they are masked; false if none is pending. */
  async runInterrupt(): Promise<boolean> {
    const { atom } = this.#ports;
    if (atom.interrupts.masked || !this.#ports.callable()) return false;
    const mail = atom.takeInterrupt();
    if (!mail) return false;
    const token = atom.interrupts.tokenOf(mail.envelope.signal);
    if (token === undefined) {
      atom.turn.consumed.push(mail);
      atom.turn.afterCommit.push(() => (atom.counters.droppedInterrupts += 1));
      this.#ports.commit();
      return true;
    }
    await this.#callWithMail(CALLBACK.interrupt, token, mail);
    return true;
  }

  async #runFuture(): Promise<boolean> {
    const callback = this.#ports.callable() ? this.#ports.atom.futures.takeCallback() : undefined;
    if (!callback) return false;
    await this.#callWithOutcome(callback);
    return true;
  }

  async #runReentrant(): Promise<boolean> {
    const { atom, host } = this.#ports;
    if (!this.#awaited.hasRequest) return false;
    // It serves no message while it awaits this one, so the answers to all its other requests may hang on it as well; and who works
    // for a request of an earlier instance may be the one who is asked anew.
    const { futures } = atom;
    const has = (id: number) => futures.isOpenRequest(id) || futures.isOfEarlierInstance(id);
    const mail = atom.takeReentrant({ has });
    if (!mail) return false;
    const callable = this.#ports.callable();
    if (this.reentrantToken === null || !callable) {
      const takes = `takes no re-entrant requests${callable ? "" : " now"}`;
      this.#refuse(mail, failure("DEADLOCK", `${host.self} waits for the atom that asks it, and ${takes}.`));
    } else {
      await this.#callWithMail(CALLBACK.reentrant, this.reentrantToken, mail);
    }
    return true;
  }

  #refuse(mail: MessageMail, reason: Failure): void {
    const { atom } = this.#ports;
    const request = atom.openRequest(mail.position);
    if (request) atom.answer(request, { kind: "failure", failure: reason });
    atom.turn.consumed.push(mail);
    this.#ports.commit();
  }

  #callWithMail(kind: number, token: number, mail: MessageMail | InterruptMail): Promise<void> {
    const { payload } = mail;
    return this.#ports.call(kind, token, payload.length, callFrame({ current: mail, slot: payload, held: [mail] }));
  }

  #callWithOutcome({ token, outcome }: FutureCallback): Promise<void> {
    if (outcome.kind === "completed") {
      const { payload } = outcome;
      return this.#ports.call(CALLBACK.future, token, payload.length, callFrame({ slot: payload }));
    }
    const { code, reason } = outcome.failure;
    return this.#ports.call(CALLBACK.future, token, ERROR_CODES[code], callFrame({ lastError: reason }));
  }
}
