/**
 * The loop of an atom: it makes the instance when there is something to run, runs the body, and supervises.
 *
 * Invariants
 * 1. At most one instance lives at a time. After a trap it is never entered again.
 * 2. A reactive atom's `invoke` runs once a message, one after the other; between them its callbacks run, if any are due.
 * 3. A daemon's `invoke` runs once. Returning ends the atom until its module changes or it is restarted; a trap
 *    restarts it with backoff.
 * 4. Whatever trapped, the log says when the next instance starts, and what becomes of the message.
 * 5. A new version takes the atom's state over before its first message: at once, if another one had it, and again after a
 *    backoff, for as long as that fails; its messages wait.
 * 6. While the loop does not run, the instance of a reactive atom rests, and may be given up, unless it has futures or listens to
 *    what a new one would not.
 */
import type { Aftermath, Atom } from "../core/atom.ts";
import { failure } from "../core/errors.ts";
import { Guest, GuestStop } from "./guest.ts";
import type { Host } from "./host.ts";
import { exitCodeOf, exitText } from "./exit-code.ts";
import { isLinkError } from "./instance.ts";
import { Lasting } from "./lasting.ts";
import type { Program } from "./program.ts";
import type { Resting, RestingInstances } from "./resting-instances.ts";
import { trapNotes } from "./trap-notes.ts";
import { trapText } from "./trap.ts";

export type RunState = "idle" | "running" | "backoff" | "ended" | "failed";

export class Runner implements Resting {
  readonly #atom: Atom;
  readonly #host: Host;
  readonly #program: Program;
  readonly #resting: RestingInstances;
  readonly #ticket = new WeakRef<Resting>(this);
  readonly #lasting: Lasting;
  #guest: Guest | undefined;
  #wasGivenUp = false;
  #instancesStarted = 0;
  #instancesGivenUp = 0;
  #restartAtMs = 0;
  #running = false;
  #loadFailure: string | undefined;
  #initializationTraps = 0;
  #migrationFailed = false;
  /** The last fault was at no message. */
  #isBlameless = false;

  constructor(atom: Atom, host: Host, program: Program, resting: RestingInstances) {
    this.#atom = atom;
    this.#host = host;
    this.#program = program;
    this.#resting = resting;
    this.#lasting = new Lasting(() => host.monotonic());
  }

  get state(): RunState {
    if (this.#loadFailure !== undefined) return "failed";
    if (this.#ended) return "ended";
    if (this.#restartAtMs > this.#host.now()) return "backoff";
    return this.#running ? "running" : "idle";
  }
  /** Why nothing runs although something should: the module could not be loaded, or has to wait after a trap. */
  get reason(): string | undefined {
    if (this.state !== "backoff") return this.#loadFailure;
    const trap = this.#atom.supervisor.lastTrap?.text ?? "";
    if (this.#migrationFailed)
      return `Migration failed: it is tried again in ${this.#waitText(this.#restartAtMs)}, and messages wait for it. The trap: ${trap}`;
    return `It trapped and starts again in ${this.#waitText(this.#restartAtMs)}. The last trap: ${trap}`;
  }
  /** What it trapped on since then although it runs again now: why those who wait since then have no answer. */
  trapSince(sinceMs: number): string | undefined {
    const trap = this.#atom.supervisor.lastTrap;
    if (!trap || trap.atMs < sinceMs) return undefined;
    return `It trapped meanwhile, the last time ${shownMs(this.#host.now() - trap.atMs)} ago: ${trap.text}`;
  }
  /** Why it does not run, if the module is to blame for that and no message is. */
  get startFailure(): string | undefined {
    const { state } = this;
    return state === "failed" || (state === "backoff" && this.#isBlameless) ? this.reason : undefined;
  }
  /** True if an instance is in memory. */
  get warm(): boolean {
    return this.#guest !== undefined;
  }
  /** What its linear memory has, if an instance is in memory. */
  get memoryBytes(): number {
    return this.#guest?.memory.byteLength ?? 0;
  }
  /** Counted since the object started. */
  get counters(): { readonly instances: number; readonly instancesGivenUp: number } {
    return { instances: this.#instancesStarted, instancesGivenUp: this.#instancesGivenUp };
  }
  /** True if `run` has something to do. */
  get hasWork(): boolean {
    const { mailbox, futures } = this.#atom;
    if (this.#ended || this.#loadFailure !== undefined) return mailbox.hasMessage && this.#canRefuse();
    if (this.#host.entry.kind === "daemon") return true;
    return mailbox.hasMessage || this.#atom.hasCallback || futures.awaitsCallback || this.#succeedsAnother;
  }

  /** Runs until there is nothing to do; the caller starts it again at the next event. */
  async run(): Promise<void> {
    this.#running = true;
    this.#resume();
    try {
      while (this.hasWork) await this.#step();
    } finally {
      this.#running = false;
      if (this.#guest?.replaceable) this.#resting.rest(this.#ticket, this.#guest.memory.byteLength);
    }
  }

  /** Forgets the instance, which is at rest. The atom is told of it when it runs again: this is the event of another one. */
  giveUp(): void {
    this.#guest = undefined;
    this.#wasGivenUp = true;
    this.#instancesGivenUp += 1;
  }

  #resume(): void {
    this.#resting.leave(this.#ticket);
    if (this.#guest) this.#guest.startSlice();
    else this.#lasting.slice.start();
    if (!this.#wasGivenUp) return;
    this.#wasGivenUp = false;
    this.#atom.onStop();
  }

  /** Ends the instance, if there is one, and starts the atom anew, at once. */
  restart(): void {
    this.#restartAtMs = 0;
    this.#atom.supervisor.onProgress();
    this.#loadFailure = undefined;
    this.#initializationTraps = 0;
    this.#atom.setEnded(null);
    if (!this.#guest) return;
    if (this.#running) return this.#guest.stop();
    this.#resting.leave(this.#ticket);
    this.#discard();
  }

  get #ended(): boolean {
    return this.#atom.ended === this.#host.entry.moduleHash;
  }

  /** True if the atom's state is that of another version. */
  get #succeedsAnother(): boolean {
    const { version } = this.#atom;
    return version !== null && version !== this.#host.entry.moduleHash;
  }

  async #step(): Promise<void> {
    if (this.#ended || this.#loadFailure !== undefined) return this.#refuse();
    if (this.#restartAtMs > this.#host.now()) return this.#host.idle(this.#restartAtMs);
    const guest = await this.#ready();
    if (!guest) return;
    try {
      await (this.#host.entry.kind === "daemon" ? this.#runDaemon(guest) : this.#runReactive(guest));
    } catch (error) {
      this.#onFault(guest, error);
    }
  }

  async #runDaemon(guest: Guest): Promise<void> {
    await guest.invoke();
    // Nothing waits between its last turn and the note of its end, so that one commit takes both.
    this.#guest = undefined;
    this.#atom.onStop();
    if (guest.stopping) return;
    this.#atom.setEnded(this.#host.entry.moduleHash);
    this.#host.log("info", "The daemon returned from invoke and has ended.");
  }

  async #runReactive(guest: Guest): Promise<void> {
    if (guest.hasCallback) await guest.runCallbacks();
    if (guest.spent || guest.stopping) return this.#discard();
    if (this.#atom.mailbox.hasMessage) {
      await guest.invoke();
      if (guest.spent) this.#discard();
      if (guest.sliceOver && this.hasWork) await guest.endSlice();
    } else if (!this.#atom.hasCallback && this.#atom.futures.awaitsCallback) await guest.rest();
    if (guest.stopping) this.#discard();
  }

  /** The instance, made if there is none; undefined if that failed. */
  async #ready(): Promise<Guest | undefined> {
    if (this.#guest) return this.#guest;
    const guest = new Guest(this.#atom, this.#host, this.#lasting);
    const refused = this.#program.check(guest);
    if (refused) return this.#failLoad(refused.reason);
    this.#atom.supervisor.onStart(this.#host.now());
    this.#instancesStarted += 1;
    this.#lasting.slice.countInstance();
    this.#migrationFailed = false;
    try {
      this.#program.instantiate(guest);
      this.#guest = guest;
      await guest.initialize();
    } catch (error) {
      if (isLinkError(error)) return this.#failLoad(error.message);
      // A start function that used up its time trapped; what it is to be told is the guest's first fault.
      this.#onFault(guest, guest.fault(error));
      return error instanceof GuestStop ? undefined : this.#giveUpInitializing();
    }
    this.#initializationTraps = 0;
    return this.#takenOver(guest);
  }

  async #takenOver(guest: Guest): Promise<Guest | undefined> {
    try {
      await guest.takeOver();
      return guest;
    } catch (error) {
      this.#migrationFailed = !(error instanceof GuestStop);
      return this.#onFault(guest, error);
    }
  }

  /** A reactive atom that never gets as far as its first message would let its askers wait for ever. */
  #giveUpInitializing(): undefined {
    this.#initializationTraps += 1;
    const { kind, attemptsMax } = this.#host.entry;
    if (kind === "daemon" || this.#initializationTraps < attemptsMax) return;
    const trap = this.#atom.supervisor.lastTrap?.text ?? "no trap";
    this.#failLoad(
      `Its initialization trapped ${this.#initializationTraps} times; restart it once it is mended. The last trap: ${trap}`,
    );
  }

  #failLoad(reason: string): undefined {
    this.#loadFailure = reason;
    this.#host.log("error", `The module was not loaded. ${reason}`);
  }

  #onFault(guest: Guest, error: unknown): undefined {
    this.#guest = undefined;
    if (error instanceof GuestStop) {
      this.#atom.onStop();
      return;
    }
    const code = exitCodeOf(error);
    const note = trapNotes(error, guest);
    const lines = this.#program.sourceLines?.();
    const text = code === undefined ? trapText(error, note, lines) : exitText(code, note);
    const aftermath = this.#atom.onTrap(text, guest.blamed, this.#host.now());
    this.#restartAtMs = aftermath.restartAtMs;
    this.#isBlameless = aftermath.blame === null;
    this.#host.log("error", `Trap${this.#migrationFailed ? " in migrate" : ""}: ${text}\n${this.#outlook(aftermath)}`);
  }

  #outlook({ restartAtMs, blame }: Aftermath): string {
    const wait = this.#waitText(restartAtMs);
    if (!blame) return `The next instance starts in ${wait}.`;
    const count = `Trap ${blame.traps} of ${this.#host.entry.attemptsMax} of its message`;
    return blame.buried
      ? `${count}, which is a dead letter now. The next instance starts in ${wait}.`
      : `${count}; the next try is in ${wait}.`;
  }

  #waitText(untilMs: number): string {
    return shownMs(untilMs - this.#host.now());
  }

  #discard(): void {
    this.#guest = undefined;
    this.#atom.onStop();
  }

  #canRefuse(): boolean {
    return this.#atom.mailbox.hasRequest;
  }

  #refuse(): void {
    const reason = this.#loadFailure ?? `${this.#host.self} has ended.`;
    this.#atom.refuseRequests(failure("CLOSED", reason));
  }
}

function shownMs(ms: number): string {
  return ms < 1_000 ? `${Math.ceil(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
