/**
 * One running instance of an atom's module: its call frames, its blocking points, its callbacks.
 *
 * Invariants
 * 1. Guest code runs on one stack: a callback is entered only while the code below it is suspended at a blocking
 *    point, and ends before that goes on (last in, first out: toolchains keep a shadow stack in linear memory).
 * 2. A blocking point commits the turn, then runs pending interrupts, completed futures and re-entrant requests, in
 *    this order, then waits.
 * 3. The first fault dooms the instance: every later call of a host function throws it again, so that no handler
 *    inside the guest can swallow it.
 * 4. At a safe point of a computation nothing is committed; what runs there belongs to the turn that is open.
 * 5. Before an instance of a version that migrates has done so, it is given no message, and none of its callbacks runs.
 */
import type { Atom } from "../core/atom.ts";
import type { ChainLink } from "../core/envelope.ts";
import { ERROR_CODES, failure, type Failure } from "../core/errors.ts";
import type { FutureCallback, Outcome } from "../core/futures.ts";
import { CALLBACK_DEPTH_MAX, LONG_WAIT_MS } from "../core/limits.ts";
import type { InterruptMail, Mail, MessageMail } from "../core/mailbox.ts";
import type { Destination } from "../core/names.ts";
import type { OpenRequest } from "../core/store.ts";
import { callFrame, CallStack, type CallFrame } from "./call-stack.ts";
import type { Host, LogLevel } from "./host.ts";
import { LastWords } from "./last-words.ts";
import { exitCodeOf, exitText } from "./exit-code.ts";
import { GuestFault, type GuestMemory } from "./memory.ts";
import { Meter, type Metered } from "./meter.ts";
import { SeenBytes } from "./seen-bytes.ts";
import { Slice } from "./slice.ts";
import type { StandardStreams } from "./streams.ts";

/** The guest's exports, each entered through `WebAssembly.promising`, `invoke` by way of the trampoline. */
export interface GuestExports {
  readonly initialize: (() => Promise<void>) | undefined;
  /** Undefined of a WASI command, too: it is entered by its body alone. */
  readonly migrate?: (() => Promise<void>) | undefined;
  /** Calls the body once, and again as long as `next` says so. */
  readonly invoke: () => Promise<void>;
  /** False for a WASI command: its body runs once an instance. */
  readonly repeatable: boolean;
  readonly callback: ((kind: number, token: number, length: number) => Promise<void>) | undefined;
  /** Where its stack in linear memory is, if the build shows it. */
  readonly stackPointer?: (() => number) | undefined;
}

const TOO_EARLY =
  "A start function called a host function that uses memory, which is not exported yet: export it as _initialize.";

/** Thrown through the guest to end it on purpose. */
export class GuestStop extends Error {
  override readonly name = "GuestStop";
}

const NO_BLOCKING =
  "A callback that interrupted a computation belongs to its turn, so it cannot block: let it set a flag, for example.";

const NO_BLOCKING_MIGRATION =
  "What migrate does and the note that it was done are one turn, so it cannot block: let the first message do that.";

const CALLBACK = { interrupt: 1, future: 2, reentrant: 3 } as const;

/** A future that blocked code waits for. Its outcome stays here for that code, should a callback get it as well. */
interface Awaited {
  readonly id: number;
  outcome: Outcome | null;
  /** When the log is told of it, should it still be waited for. */
  toldAtMs: number;
}

export class Guest implements Metered {
  readonly atom: Atom;
  readonly host: Host;
  readonly meter: Meter;
  readonly #isDaemon: boolean;
  #memory: GuestMemory | undefined;
  #exports: GuestExports | undefined;
  /** Of a module that imports WASI. */
  #streams: StandardStreams | undefined;
  /** Destinations and keys that the guest has named. */
  readonly destinations = new SeenBytes<Destination>();
  readonly keys = new SeenBytes<string>();
  readonly #stack = new CallStack();
  readonly #awaited: Awaited[] = [];
  /** The message that `invoke` was called for, until it is received. */
  #assigned: MessageMail | undefined;
  #reentrantToken: number | null = null;
  /** Why the last answer to a request was refused, by its mailbox position, until it is answered or closed. */
  readonly #refusedAnswers = new Map<number, string>();
  #doom: unknown;
  #blamed: { readonly mail: Mail | null } | null = null;
  #stopping = false;
  #spent = false;
  /** Why nothing may block just now: what runs belongs to the turn that is open. Null: it may. */
  #mayNotBlock: string | null = null;
  /** True until this instance has migrated the state of another version. */
  #migrates = false;
  readonly #slice: Slice;
  readonly #words = new LastWords();

  /** `slice`: the one that its atom is in. */
  constructor(atom: Atom, host: Host, slice = new Slice(() => host.monotonic())) {
    this.atom = atom;
    this.host = host;
    this.#isDaemon = host.entry.kind === "daemon";
    this.#slice = slice;
    this.meter = new Meter(this);
  }

  /** The instance exists: its memory and exports may be used. */
  attach(memory: GuestMemory, exports: GuestExports, streams?: StandardStreams): void {
    this.#memory = memory;
    this.#exports = exports;
    this.#streams = streams;
    this.#migrates = exports.migrate !== undefined && this.atom.version !== null && this.#isNewVersion;
  }

  // ---- For the host functions

  /** A line of the guest's own for the log. */
  log(level: LogLevel, text: string): void {
    if (level === "warn" || level === "error") this.#words.say(text);
    this.host.log(level, text);
  }

  throwIfDoomed(): void {
    if (this.#doom !== undefined) throw this.#doom;
  }

  get memory(): GuestMemory {
    if (!this.#memory) throw new GuestFault(TOO_EARLY);
    return this.#memory;
  }

  get current(): MessageMail | InterruptMail | null {
    return this.#stack.top.current;
  }

  get lastError(): string {
    return this.#stack.top.lastError;
  }

  /** Remembers a failure for `last_error`; its number. */
  fail({ code, reason }: Failure): number {
    this.#stack.top.lastError = reason;
    return ERROR_CODES[code];
  }

  /** The guest's answer to its current message cannot be given; should it give no other one, the asker learns why. */
  refuseAnswer(refusal: Failure): number {
    const { current } = this;
    if (current && this.atom.openRequest(current.position)) {
      this.#refusedAnswers.set(current.position, refusal.reason);
      this.host.log("warn", `An answer was refused: ${refusal.reason}`);
    }
    return this.fail(refusal);
  }

  /** 0, or the failure's number. */
  done(refused: Failure | undefined): number {
    return refused ? this.fail(refused) : 0;
  }

  /** Hands bytes to the guest (docs/abi.md, section 1, "Bytes out"). */
  out(bytes: Uint8Array, ptr: number, cap: number): number {
    this.memory.check(ptr, cap);
    const frame = this.#stack.top;
    if (bytes.length > cap >>> 0) {
      frame.slot = bytes;
      return bytes.length;
    }
    frame.slot = null;
    this.memory.write(ptr, bytes);
    return bytes.length;
  }

  /** Hands a mail's payload to the guest. */
  outPayload(mail: MessageMail, ptr: number, cap: number): number {
    const { payloadBytes } = mail;
    if (payloadBytes > cap >>> 0) return this.out(mail.payload, ptr, cap);
    this.memory.check(ptr, cap);
    this.#stack.top.slot = null;
    this.memory.copy(ptr, mail.run.view, mail.end - payloadBytes, payloadBytes);
    return payloadBytes;
  }

  /** What waits for `take`, or null. */
  get slot(): Uint8Array | null {
    return this.#stack.top.slot;
  }

  /** The next message: in `invoke` of a reactive atom first the one that it was called for. */
  nextMessage(): MessageMail | undefined {
    if (this.#migrates) return undefined;
    this.#streams?.leave();
    const mail = this.#assigned ?? this.atom.takeMessage();
    this.#assigned = undefined;
    return mail;
  }

  /** Why it cannot wait for a message, if it cannot. */
  get receivesNothing(): Failure | undefined {
    return this.#migrates ? failure("UNSUPPORTED", "No message is received before migrate has run.") : undefined;
  }

  /** Makes a delivered message the current one. */
  receive(mail: MessageMail): void {
    const { top, bottom } = this.#stack;
    if (this.#isDaemon) {
      this.#closeRequest(top.current);
      this.atom.turn.consumed.push(mail);
    } else if (bottom.held[0] !== mail) {
      // All but the one that `invoke` was called for, which it held from the start.
      bottom.held.push(mail);
    }
    top.current = mail;
  }

  /** The atoms that wait for what the guest works on, whichever activation it is. */
  waiting(): readonly ChainLink[] {
    return this.#stack.chain((mail) => this.atom.openRequest(mail.position) !== undefined);
  }

  setReentrantToken(token: number): void {
    this.requireCallback("radon:messaging.on_reentrant");
    this.#reentrantToken = token;
  }

  /** Traps a module that registers callbacks but exports no `radon_callback`. */
  requireCallback(name: string): void {
    if (!this.#exports || this.#exports.callback) return;
    throw new GuestFault(`${name} registers a callback, but the module exports no radon_callback(i32, i32, i32).`);
  }

  /** A blocking point that nothing keeps the guest from passing: commits the turn; undefined if it has to `block` there. */
  pass<T>(ready: () => T | undefined): T | undefined {
    if (this.#mayNotBlock !== null) return undefined;
    this.commit();
    return this.#mustPause() ? undefined : ready();
  }

  /** A blocking point: commits the turn, runs callbacks, and waits until `ready` has a value, or `deadlineMs` (TIMEOUT). */
  async block<T>(ready: () => T | undefined, deadlineMs: number): Promise<T | Failure> {
    if (this.#mayNotBlock !== null) return failure("UNSUPPORTED", this.#mayNotBlock);
    this.commit();
    return this.#waitFor(ready, deadlineMs);
  }

  /** A blocking point that waits for something of the host's, which begins once the turn is committed. */
  async blockOn<T>(work: () => Promise<T>): Promise<T | Failure> {
    if (this.#mayNotBlock !== null) return failure("UNSUPPORTED", this.#mayNotBlock);
    this.commit();
    let settled: { result: () => T } | undefined;
    const settle = (result: () => T) => {
      settled = { result };
      this.host.wake();
    };
    work().then(
      (value) => settle(() => value),
      (error: unknown) =>
        settle(() => {
          throw error;
        }),
    );
    const outcome = await this.#waitFor(() => settled, Infinity);
    return "result" in outcome ? outcome.result() : outcome;
  }

  /** A blocking point that waits for a future, by which re-entrant requests are known. */
  async blockOnFuture(id: number, deadlineMs: number): Promise<Outcome | Failure> {
    if (this.#mayNotBlock !== null) return failure("UNSUPPORTED", this.#mayNotBlock);
    const awaited: Awaited = { id, outcome: null, toldAtMs: this.host.now() + LONG_WAIT_MS };
    this.commit();
    this.#awaited.push(awaited);
    try {
      return await this.#waitFor(() => this.#outcomeOf(awaited), deadlineMs);
    } finally {
      this.#awaited.pop();
    }
  }

  /** A callback may have taken it, or given it up so that it was forgotten. */
  #outcomeOf({ id, outcome }: Awaited): Outcome | Failure | undefined {
    const { futures } = this.atom;
    const found = futures.claim(id) ?? outcome;
    if (found) return found;
    return futures.peek(id) ? undefined : failure("NOT_FOUND", `The future ${id} was given up while it was awaited.`);
  }

  async #waitFor<T>(ready: () => T | undefined, deadlineMs: number): Promise<T | Failure> {
    for (;;) {
      if (this.sliceOver) await this.endSlice();
      if (this.hasCallback) await this.runCallbacks();
      const closed = this.#closing();
      if (closed) return closed;
      const value = ready();
      if (value !== undefined) return value;
      if (this.host.now() >= deadlineMs) return failure("TIMEOUT");
      const awaited = this.#awaited.at(-1);
      await this.host.idle(Math.min(deadlineMs, this.atom.futures.dueAtMs(), awaited?.toldAtMs ?? Infinity));
      this.startSlice();
      if (awaited) this.#tellLongWait(awaited);
    }
  }

  /**
   * Two atoms that ask each other for reasons of their own wait until a timeout, or for ever: that is no cycle that one of them could
   * know of (docs/abi.md, section 6), but it is not kept silent.
   */
  #tellLongWait(awaited: Awaited): void {
    if (this.host.now() < awaited.toldAtMs) return;
    awaited.toldAtMs = Infinity;
    const { futures, mailbox } = this.atom;
    if (!futures.isOpenRequest(awaited.id) || !mailbox.hasRequest) return;
    const seconds = LONG_WAIT_MS / 1_000;
    this.host.log(
      "warn",
      `It has waited ${seconds} s for the answer to a request, while requests wait for it. Should the answer hang on one of those, it does not come before a timeout.`,
    );
  }

  /** True if something comes before the guest may go on: a callback, a breath, its end. */
  #mustPause(): boolean {
    if (this.#stopping || this.#awaited.length > 0 || this.atom.hasCallback || this.sliceOver) return true;
    const dueAtMs = this.atom.futures.dueAtMs();
    return dueAtMs !== Infinity && dueAtMs <= this.host.now();
  }

  // ---- For the meter

  get cpuMs(): number {
    return this.host.entry.cpuMs;
  }
  get memoryMb(): number {
    return this.host.entry.memoryMb;
  }
  get started(): boolean {
    return this.#exports !== undefined;
  }
  get doomed(): boolean {
    return this.#doom !== undefined;
  }

  monotonic(): number {
    return this.host.monotonic();
  }

  doom(error: unknown): void {
    this.fault(error);
  }

  stopNow(): void {
    this.fault(new GuestStop("The atom was stopped."));
  }

  breathe(): Promise<void> {
    return this.host.breathe();
  }

  /** Runs interrupts on top of the computation, if the guest asked for it, in the turn that is open. */
  async runAtSafePoint(): Promise<void> {
    this.startSlice();
    if (this.#mayNotBlock !== null || !this.atom.interrupts.preempts) return;
    this.#mayNotBlock = NO_BLOCKING;
    while (await this.#runInterrupt());
    this.#mayNotBlock = null;
  }

  // ---- For the runner

  /** The mail that the guest worked on when it trapped. */
  get blamed(): Mail | null {
    return this.#blamed?.mail ?? null;
  }

  async initialize(): Promise<void> {
    await this.#enter(callFrame({}), async (exports) => exports.initialize?.());
    if (this.#spent) throw new GuestFault("The atom exited in _initialize, before it could do anything.");
    this.atom.interrupts.noteInitial();
    this.commit();
  }

  /**
   * Makes the atom's state that of this version. What `migrate` does and the note of the version are one turn: a crash or a trap
   * before its commit leaves the state to the version before. A new atom's state is nobody's, so there is nothing to migrate.
   */
  async takeOver(): Promise<void> {
    if (!this.#isNewVersion) return;
    if (this.#migrates) await this.#migrate();
    // Nothing waits between the turn's end and this note, so that one commit takes both.
    this.atom.setVersion(this.host.entry.moduleHash);
    this.commit();
  }

  async #migrate(): Promise<void> {
    this.#mayNotBlock = NO_BLOCKING_MIGRATION;
    await this.#enter(callFrame({}), (exports) => exports.migrate?.());
    if (this.#spent) throw new GuestFault("The atom exited in migrate, so that its migration is not done.");
    this.#mayNotBlock = null;
    this.#migrates = false;
  }

  get #isNewVersion(): boolean {
    return this.atom.version !== this.host.entry.moduleHash;
  }

  /**
   * Runs `invoke` for a daemon's whole life, or for one message after the other until something else has to be done. The
   * messages of each are consumed and its turn is committed when it returns.
   */
  async invoke(): Promise<void> {
    this.#openInvoke();
    await this.#run((exports) => exports.invoke());
    // It exited before it returned.
    if (this.#stack.depth > 0) this.#closeInvoke();
  }

  /** For the trampoline, after each `invoke`: closes it; true if it is called again, for the next message. */
  next(): boolean {
    this.throwIfDoomed();
    this.#closeInvoke();
    if (this.#isDaemon || this.#spent || this.#mustPause() || !this.atom.mailbox.hasMessage) return false;
    this.#openInvoke();
    return true;
  }

  #openInvoke(): void {
    const mail = this.#isDaemon ? undefined : this.atom.takeMessage();
    this.#assigned = mail;
    const streams = this.#exports?.repeatable === false ? this.#streams : undefined;
    if (mail) streams?.serve(mail);
    this.#stack.push(callFrame({ held: mail ? [mail] : [], ...(mail && streams && { current: mail }) }));
  }

  #closeInvoke(): void {
    this.#spent ||= this.#exports?.repeatable === false;
    this.#answerByOutput();
    this.#closeFrame();
    this.#assigned = undefined;
    this.commit();
  }

  /** What a command wrote is the answer to the request that it served by its streams, unless that is answered or kept. */
  #answerByOutput(): void {
    const mail = this.#streams?.serving;
    if (!mail) return;
    this.#assigned = undefined;
    const request = this.#unanswered(mail);
    const output = request && this.#streams?.takeOutput();
    if (!request || !output) return;
    const refused = output instanceof Uint8Array ? this.atom.reply(request, output) : output;
    if (refused) this.refuseAnswer(refused);
  }

  /** A command that exits with another code than 0 fails the request that it serves by its streams; false if there is none. */
  #failByExit(code: number): boolean {
    const mail = this.#streams?.serving;
    if (!mail) return false;
    this.atom.dropTurn();
    const request = this.#unanswered(mail);
    if (request)
      this.atom.answer(request, { kind: "failure", failure: failure("REMOTE", exitText(code, this.#errors())) });
    return request !== undefined;
  }

  /** The last lines of stderr, each in a line of its own. */
  #errors(): string {
    const errors = this.#streams?.errors ?? "";
    return errors === "" ? "" : `\n${errors}`;
  }

  #unanswered({ position }: MessageMail): OpenRequest | undefined {
    return this.atom.isTaken(position) ? undefined : this.atom.openRequest(position);
  }

  /** Runs the callbacks that are due, while the guest is at rest or blocked. */
  async runCallbacks(): Promise<void> {
    while (this.hasCallback) {
      if (await this.#runInterrupt()) continue;
      if (await this.#runFuture()) continue;
      if (await this.#runReentrant()) continue;
      return;
    }
  }

  /** True if a callback may be due: mostly none is, and to find that out takes no waiting. */
  get hasCallback(): boolean {
    this.#noteOutcomes();
    return !this.#spent && (this.atom.hasCallback || this.atom.mailbox.hasReentrant);
  }

  /** At rest, waits for the next event, or until a future is due. */
  async rest(): Promise<void> {
    await this.host.idle(this.atom.futures.dueAtMs());
    this.startSlice();
  }

  /** True if, at rest, another instance could take its place: only what its memory holds would be lost with it. */
  get replaceable(): boolean {
    return this.atom.futures.empty && this.atom.interrupts.initial;
  }

  /** True if the instance is used up: it called `proc_exit(0)`, or it is a command that has returned. */
  get spent(): boolean {
    return this.#spent;
  }
  get stopping(): boolean {
    return this.#stopping;
  }

  // ---- For the text of a trap

  get refusedMemory(): boolean {
    return this.meter.refusedMemory;
  }

  get stackIsOut(): boolean {
    const at = this.#exports?.stackPointer?.();
    return at !== undefined && this.#memory !== undefined && at >>> 0 > this.#memory.byteLength;
  }

  get lastWords(): string {
    return this.#words.text;
  }

  /** Asks the guest to end: its next blocking call answers CLOSED, the one after that ends it. */
  stop(): void {
    this.#stopping = true;
    this.host.wake();
  }

  commit(): void {
    if (this.#mayNotBlock !== null) return;
    this.meter.startTurn();
    this.#words.clear();
    this.#slice.countTurn();
    this.atom.commitTurn();
    this.atom.mailbox.noteDeliveryUnderWay();
  }

  // ---- Callbacks

  #noteOutcomes(): void {
    const { futures } = this.atom;
    futures.tick(this.host.now());
    for (const awaited of this.#awaited) awaited.outcome ??= futures.peek(awaited.id)?.outcome ?? null;
  }

  async #runInterrupt(): Promise<boolean> {
    if (this.atom.interrupts.masked || this.#migrates) return false;
    const mail = this.atom.takeInterrupt();
    if (!mail) return false;
    const token = this.atom.interrupts.tokenOf(mail.envelope.signal);
    if (token === undefined) {
      this.atom.turn.consumed.push(mail);
      this.atom.turn.afterCommit.push(() => (this.atom.counters.droppedInterrupts += 1));
      this.commit();
      return true;
    }
    await this.#callWithMail(CALLBACK.interrupt, token, mail);
    return true;
  }

  async #runFuture(): Promise<boolean> {
    const callback = this.#migrates ? undefined : this.atom.futures.takeCallback();
    if (!callback) return false;
    await this.#callWithOutcome(callback);
    return true;
  }

  async #runReentrant(): Promise<boolean> {
    const { futures } = this.atom;
    if (!this.#awaited.some(({ id }) => futures.isOpenRequest(id))) return false;
    // It serves no message while it awaits this one, so the answers to all its other requests may hang on it as well; and who works
    // for a request of an earlier instance may be the one who is asked anew.
    const has = (id: number) => futures.isOpenRequest(id) || futures.isOfEarlierInstance(id);
    const mail = this.atom.takeReentrant({ has });
    if (!mail) return false;
    if (this.#reentrantToken === null || this.#migrates) {
      const reason = `${this.host.self} waits for the atom that asks it, and takes no re-entrant requests.`;
      this.#refuse(mail, failure("DEADLOCK", reason));
    } else {
      await this.#callWithMail(CALLBACK.reentrant, this.#reentrantToken, mail);
    }
    return true;
  }

  #refuse(mail: MessageMail, reason: Failure): void {
    const request = this.atom.openRequest(mail.position);
    if (request) this.atom.answer(request, { kind: "failure", failure: reason });
    this.atom.turn.consumed.push(mail);
    this.commit();
  }

  #callWithMail(kind: number, token: number, mail: MessageMail | InterruptMail): Promise<void> {
    const { payload } = mail;
    return this.#call(kind, token, payload.length, callFrame({ current: mail, slot: payload, held: [mail] }));
  }

  #callWithOutcome({ token, outcome }: FutureCallback): Promise<void> {
    if (outcome.kind === "completed") {
      const { payload } = outcome;
      return this.#call(CALLBACK.future, token, payload.length, callFrame({ slot: payload }));
    }
    const { code, reason } = outcome.failure;
    return this.#call(CALLBACK.future, token, ERROR_CODES[code], callFrame({ lastError: reason }));
  }

  async #call(kind: number, token: number, length: number, frame: CallFrame): Promise<void> {
    if (this.#stack.depth >= CALLBACK_DEPTH_MAX)
      throw this.fault(new GuestFault(`Callbacks nest deeper than ${CALLBACK_DEPTH_MAX}.`));
    await this.#enter(frame, (exports) => exports.callback?.(kind, token, length));
    this.commit();
  }

  // ---- Frames

  /** Runs guest code in a frame of its own; what the frame held is consumed when it ends well. */
  async #enter(frame: CallFrame, code: (exports: GuestExports) => Promise<void> | undefined): Promise<void> {
    this.#stack.push(frame);
    await this.#run(code);
    this.#closeFrame();
    // An exit ends everything below, too.
    if (this.#spent && this.#stack.depth > 0) this.throwIfDoomed();
  }

  /** Runs guest code in the frame on top; throws its fault. If it exits by itself, it ended well and is `spent`. */
  async #run(code: (exports: GuestExports) => Promise<void> | undefined): Promise<void> {
    if (!this.#exports) throw new GuestFault("The guest was entered before its instance existed.");
    try {
      await code(this.#exports);
      // A handler inside the guest may have caught the fault, and returned.
      this.throwIfDoomed();
    } catch (error) {
      const fault = this.fault(error);
      // An exit in a callback has settled by now how all of it ends.
      if (!this.#spent && !this.#endsWell(exitCodeOf(fault))) {
        this.#streams?.flush();
        // The innermost frame gets here first.
        this.#blamed ??= { mail: this.#workedOn() };
        throw fault;
      }
      this.#spent = true;
    }
  }

  #endsWell(code: number | undefined): boolean {
    return code === 0 || (code !== undefined && this.#failByExit(code));
  }

  #closeFrame(): void {
    const { current, held } = this.#stack.pop();
    if (this.#stack.depth === 0) this.#streams?.flush();
    // A message that a guest was stopped before it saw is the next instance's.
    const unseen = this.#stopping ? this.#assigned : undefined;
    this.#closeRequest(current);
    for (let at = held.length - 1; at >= 0; at--) if (held[at] !== unseen) this.#closeRequest(held[at] ?? null);
    for (const mail of held) if (mail !== unseen) this.atom.turn.consumed.push(mail);
  }

  /** The mail that the guest was at, or the nearest below a callback that has none. */
  #workedOn(): Mail | null {
    for (const mail of this.#stack.mails()) return mail;
    return null;
  }

  /** A request that was neither answered nor kept by its token fails: nobody can answer it any more. */
  #closeRequest(mail: Mail | null): void {
    if (!mail || mail.kind === "message" || mail.kind === "interrupt") return;
    const refused = this.#refusedAnswers.get(mail.position);
    this.#refusedAnswers.delete(mail.position);
    const request = this.atom.openRequest(mail.position);
    if (!request || this.atom.isTaken(mail.position)) return;
    const cause = refused === undefined ? "" : ` The one that it gave was refused: ${refused}`;
    const reason = `${this.host.self} ended the handling of the request without an answer.${cause}`;
    this.atom.answer(request, { kind: "failure", failure: failure("REMOTE", reason) });
  }

  /** Dooms the instance; returns what to throw. */
  fault(error: unknown): unknown {
    this.#doom ??= error ?? new GuestFault("The guest threw nothing.");
    return this.#doom;
  }

  /** Each activation is told once, so that it can end by itself. */
  #closing(): Failure | undefined {
    if (!this.#stopping) return undefined;
    const { top } = this.#stack;
    if (top.toldClosed) throw this.fault(new GuestStop("The atom was stopped."));
    top.toldClosed = true;
    return failure("CLOSED");
  }

  get sliceOver(): boolean {
    return this.#slice.over;
  }

  /** Commits and lets the event loop turn. */
  async endSlice(): Promise<void> {
    await this.host.breathe();
    this.startSlice();
  }

  /** What follows is a new slice: the atom was at rest, or the event loop has turned. */
  startSlice(): void {
    this.meter.startSlice(this.#slice.start());
  }
}
