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
import type { Outcome } from "../core/futures.ts";
import type { InterruptMail, Mail, MessageMail } from "../core/mailbox.ts";
import { CALLBACK_DEPTH_MAX } from "../core/limits.ts";
import type { Destination } from "../core/names.ts";
import { AwaitedFutures } from "./awaited-futures.ts";
import { callFrame, CallStack, type CallFrame } from "./call-stack.ts";
import { Callbacks, type CallbackPorts } from "./callbacks.ts";
import type { FastPath } from "./fast-path.ts";
import type { Host, LogLevel } from "./host.ts";
import { LastWords } from "./last-words.ts";
import type { Lasting } from "./lasting.ts";
import { exitCodeOf } from "./exit-code.ts";
import { GuestFault, type GuestMemory } from "./memory.ts";
import { Meter, type Metered } from "./meter.ts";
import { OwedAnswers } from "./owed-answers.ts";
import { SeenBytes } from "./seen-bytes.ts";
import { answerByOutput, failByExit } from "./streamed-request.ts";
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

export class Guest implements Metered {
  readonly atom: Atom;
  readonly host: Host;
  readonly lasting: Lasting;
  readonly meter: Meter;
  readonly #isDaemon: boolean;
  #memory: GuestMemory | undefined;
  #exports: GuestExports | undefined;
  /** Of a module that imports WASI. */
  #streams: StandardStreams | undefined;
  /** Of a compiled module. */
  #fastPath: FastPath | undefined;
  /** Destinations and keys that the guest has named. */
  readonly destinations = new SeenBytes<Destination>();
  readonly keys = new SeenBytes<string>();
  readonly #stack = new CallStack();
  readonly #owed: OwedAnswers;
  readonly #awaited: AwaitedFutures;
  readonly #callbacks: Callbacks;
  /** The message that `invoke` was called for, until it is received. */
  #assigned: MessageMail | undefined;
  #doom: unknown;
  #blamed: { readonly mail: Mail | null } | null = null;
  #stopping = false;
  #spent = false;
  /** Why nothing may block just now: what runs belongs to the turn that is open. Null: it may. */
  #mayNotBlock: string | null = null;
  /** True until this instance has migrated the state of another version. */
  #migrates = false;
  readonly #words = new LastWords();

  constructor(atom: Atom, host: Host, lasting: Lasting) {
    this.atom = atom;
    this.host = host;
    this.#isDaemon = host.entry.kind === "daemon";
    this.lasting = lasting;
    this.#owed = new OwedAnswers(atom, host);
    this.#awaited = new AwaitedFutures(atom, host);
    this.#callbacks = new Callbacks(this.#callbackPorts(), this.#awaited);
    this.meter = new Meter(this);
  }

  /** The instance exists: its memory and exports may be used. */
  attach(memory: GuestMemory, exports: GuestExports, streams?: StandardStreams, fastPath?: FastPath): void {
    this.#memory = memory;
    this.#exports = exports;
    this.#streams = streams;
    this.#fastPath = fastPath;
    this.#migrates = exports.migrate !== undefined && this.atom.version !== null && this.#isNewVersion;
  }

  #callbackPorts(): CallbackPorts {
    return {
      atom: this.atom,
      host: this.host,
      callable: () => !this.#migrates && this.#stack.depth < CALLBACK_DEPTH_MAX,
      commit: () => this.commit(),
      call: (...call) => this.#call(...call),
    };
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
    this.#owed.refuse(this.current, refusal);
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
      // The fast path does not know of `take`: nothing waits for it as long as that is open.
      this.surface();
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

  get fastPath(): FastPath | undefined {
    return this.#fastPath;
  }

  /** What it did by the fast path becomes its state. */
  surface(): void {
    this.#fastPath?.surface();
  }

  /** The same for what does not concern the current message, so that it may go on. */
  settle(): void {
    this.#fastPath?.settle();
  }

  /** A daemon has received a message, and may go on by itself with those that come next. */
  hastenAfter(mail: MessageMail): void {
    if (this.#isDaemon && !this.slot) this.#fastPath?.openMessages(mail);
  }

  /** By the fast path the guest has ended so many turns, and is done with the next `messages` of the mailbox. */
  endTurns(turns: number, messages: number): void {
    this.#startTurn(turns);
    this.atom.commitTurns(turns, messages);
    this.atom.mailbox.noteDeliveryUnderWay();
    if (!this.#isDaemon) this.#stack.top.lastError = "";
  }

  /** The guest is at the next message of the mailbox; `received`: and has received it. */
  takeUp(received: boolean): void {
    const mail = this.atom.takeMessage();
    if (!mail) throw new Error("The fast path went on beyond the mailbox.");
    if (!this.#isDaemon) this.#stack.top.held.push(mail);
    if (received) this.receive(mail);
    else this.#assigned = mail;
  }

  /** Makes a delivered message the current one. */
  receive(mail: MessageMail): void {
    const { top, bottom } = this.#stack;
    if (this.#isDaemon) {
      this.#owed.close(top.current);
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
    this.#callbacks.reentrantToken = token;
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
    this.commit();
    return this.#awaited.during(id, (outcome) => this.#waitFor(outcome, deadlineMs));
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
      await this.host.idle(Math.min(deadlineMs, this.atom.futures.dueAtMs(), this.#awaited.toldAtMs));
      this.startSlice();
      this.#awaited.tellLongWait();
    }
  }

  /** True if something comes before the guest may go on: a callback, a breath, its end. */
  #mustPause(): boolean {
    if (this.#stopping || !this.#awaited.empty || this.atom.hasCallback || this.sliceOver) return true;
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
    while (await this.#callbacks.runInterrupt());
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
    this.surface();
    this.#closeInvoke();
    if (this.#isDaemon || this.#spent || this.#mustPause() || !this.atom.mailbox.hasMessage) return false;
    if (this.#fastPath?.openMessages()) this.#stack.push(callFrame({}));
    else this.#openInvoke();
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

  #answerByOutput(): void {
    if (!this.#streams?.serving) return;
    this.#assigned = undefined;
    const refused = answerByOutput(this.#streams, this.atom, this.#owed);
    if (refused) this.refuseAnswer(refused);
  }

  /** Runs the callbacks that are due, while the guest is at rest or blocked. */
  async runCallbacks(): Promise<void> {
    while (this.hasCallback && (await this.#callbacks.runOne()));
  }

  /** True if a callback may be due: mostly none is, and to find that out takes no waiting. */
  get hasCallback(): boolean {
    return this.#callbacks.due && !this.#spent;
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
    this.#startTurn(1);
    this.atom.commitTurn();
    this.atom.mailbox.noteDeliveryUnderWay();
  }

  /** So many turns have ended, which are about to be committed, and the next one starts. */
  #startTurn(ended: number): void {
    this.meter.startTurn();
    this.#words.clear();
    this.lasting.slice.countTurns(ended);
  }

  async #call(kind: number, token: number, length: number, frame: CallFrame): Promise<void> {
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
      this.surface();
      // A handler inside the guest may have caught the fault, and returned.
      this.throwIfDoomed();
    } catch (error) {
      this.surface();
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
    if (code === undefined || code === 0) return code === 0;
    return this.#streams !== undefined && failByExit(this.#streams, this.atom, this.#owed, code);
  }

  #closeFrame(): void {
    const { current, held } = this.#stack.pop();
    if (this.#stack.depth === 0) this.#streams?.flush();
    // A message that a guest was stopped before it saw is the next instance's.
    const unseen = this.#stopping ? this.#assigned : undefined;
    this.#owed.close(current);
    for (let at = held.length - 1; at >= 0; at--) if (held[at] !== unseen) this.#owed.close(held[at] ?? null);
    for (const mail of held) if (mail !== unseen) this.atom.turn.consumed.push(mail);
  }

  /** The mail that the guest was at, or the nearest below a callback that has none. */
  #workedOn(): Mail | null {
    for (const mail of this.#stack.mails()) return mail;
    return null;
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
    return this.lasting.slice.over;
  }

  /** Commits and lets the event loop turn. */
  async endSlice(): Promise<void> {
    await this.host.breathe();
    this.startSlice();
  }

  /** What follows is a new slice: the atom was at rest, or the event loop has turned. */
  startSlice(): void {
    this.meter.startSlice(this.lasting.slice.start());
  }
}
