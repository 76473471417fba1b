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
 */
import type { Atom } from "../core/atom.ts";
import { ERROR_CODES, failure, type Failure } from "../core/errors.ts";
import type { FutureCallback } from "../core/futures.ts";
import { CALLBACK_DEPTH_MAX, SLICE_MS_MAX, SLICE_TURNS_MAX } from "../core/limits.ts";
import type { InterruptMail, Mail, MessageMail } from "../core/mailbox.ts";
import type { Host } from "./host.ts";
import { exitCodeOf } from "./imports/wasi.ts";
import { GuestFault, type GuestMemory } from "./memory.ts";

/** What one activation of the guest sees: `invoke`, or one callback. */
interface CallFrame {
  /** The current message, interrupt or re-entrant request. */
  current: MessageMail | InterruptMail | null;
  /** Bytes that wait for `take`. */
  slot: Uint8Array | null;
  /** Delivered in this frame; consumed when it ends. */
  readonly held: Mail[];
}

/** The guest's exports, each entered through `WebAssembly.promising`. */
export interface GuestExports {
  readonly initialize: (() => Promise<void>) | undefined;
  readonly invoke: () => Promise<void>;
  readonly callback: ((kind: number, token: number, length: number) => Promise<void>) | undefined;
}

/** Thrown through the guest to end it on purpose. */
export class GuestStop extends Error {
  override readonly name = "GuestStop";
}

const CALLBACK = { interrupt: 1, future: 2, reentrant: 3 } as const;

export class Guest {
  readonly atom: Atom;
  readonly host: Host;
  #memory: GuestMemory | undefined;
  #exports: GuestExports | undefined;
  readonly #frames: CallFrame[] = [];
  readonly #awaited: number[] = [];
  #lastError = "";
  #reentrantToken: number | null = null;
  #doom: unknown;
  #blamed: { readonly mail: Mail | null } | null = null;
  #stopping: "no" | "told" | "asked" = "no";
  #spent = false;
  #sliceTurns = 0;
  #sliceStartMs = 0;

  constructor(atom: Atom, host: Host) {
    this.atom = atom;
    this.host = host;
    this.#sliceStartMs = host.monotonic();
  }

  /** The instance exists: its memory and exports may be used. */
  attach(memory: GuestMemory, exports: GuestExports): void {
    this.#memory = memory;
    this.#exports = exports;
  }

  // ---- For the host functions

  throwIfDoomed(): void {
    if (this.#doom !== undefined) throw this.#doom;
  }

  get memory(): GuestMemory {
    if (!this.#memory) throw new GuestFault("A host function that uses memory was called before the instance existed.");
    return this.#memory;
  }

  get current(): MessageMail | InterruptMail | null {
    return this.#frame().current;
  }

  get lastError(): string {
    return this.#lastError;
  }

  /** Remembers a failure for `last_error`; its number. */
  fail({ code, reason }: Failure): number {
    this.#lastError = reason;
    return ERROR_CODES[code];
  }

  /** 0, or the failure's number. */
  done(refused: Failure | undefined): number {
    return refused ? this.fail(refused) : 0;
  }

  /** Hands bytes to the guest (docs/abi.md, section 1, "Bytes out"). */
  out(bytes: Uint8Array, ptr: number, cap: number): number {
    this.memory.check(ptr, cap);
    const frame = this.#frame();
    if (bytes.length > cap >>> 0) {
      frame.slot = bytes;
      return bytes.length;
    }
    frame.slot = null;
    this.memory.write(ptr, bytes);
    return bytes.length;
  }

  /** What waits for `take`, or null. */
  get slot(): Uint8Array | null {
    return this.#frame().slot;
  }

  /** Makes a delivered message the current one. */
  receive(mail: MessageMail): void {
    const frame = this.#frame();
    if (this.host.entry.kind === "daemon") {
      this.#closeRequest(frame.current);
      this.atom.turn.consumed.push(mail);
    } else {
      this.#bottom().held.push(mail);
    }
    frame.current = mail;
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

  /**
   * A blocking point. Commits the turn, runs callbacks, and waits until `ready` has a value, or until `deadlineMs`
   * (TIMEOUT). `awaited`: the future that the guest waits for, by which re-entrant requests are known.
   */
  async block<T>(ready: () => T | undefined, deadlineMs: number, awaited?: number): Promise<T | Failure> {
    this.commit();
    if (awaited !== undefined) this.#awaited.push(awaited);
    try {
      return await this.#waitFor(ready, deadlineMs);
    } finally {
      if (awaited !== undefined) this.#awaited.pop();
    }
  }

  /** A blocking point that waits for something of the host's. */
  async blockOn<T>(work: Promise<T>): Promise<T | Failure> {
    let result: { value: T } | undefined;
    void work.then((value) => {
      result = { value };
      this.host.wake();
    });
    const outcome = await this.block(() => result, Infinity);
    return "value" in outcome ? outcome.value : outcome;
  }

  async #waitFor<T>(ready: () => T | undefined, deadlineMs: number): Promise<T | Failure> {
    for (;;) {
      await this.#breatheIfDue();
      await this.#runCallbacks();
      const closed = this.#closing();
      if (closed) return closed;
      const value = ready();
      if (value !== undefined) return value;
      if (this.host.now() >= deadlineMs) return failure("TIMEOUT");
      await this.host.idle(Math.min(deadlineMs, this.atom.futures.dueAtMs()));
      this.#startSlice();
    }
  }

  // ---- For the runner

  /** The mail that the guest worked on when it trapped. */
  get blamed(): Mail | null {
    return this.#blamed?.mail ?? null;
  }

  async initialize(): Promise<void> {
    await this.#enter(null, async (exports) => exports.initialize?.());
    this.commit();
  }

  /** Runs `invoke` once; its messages are consumed and its turn committed when it returns. */
  async invoke(): Promise<void> {
    await this.#enter(null, (exports) => exports.invoke());
    this.commit();
    await this.#breatheIfDue();
  }

  /** Runs what is pending while the guest is at rest. */
  async runCallbacks(): Promise<void> {
    this.#startSlice();
    await this.#runCallbacks();
  }

  /** True if the guest called `proc_exit(0)`: it ended well, and its instance is used up. */
  get spent(): boolean {
    return this.#spent;
  }
  get stopping(): boolean {
    return this.#stopping !== "no";
  }

  /** Asks the guest to end: its next blocking call answers CLOSED, the one after that ends it. */
  stop(): void {
    if (this.#stopping === "no") this.#stopping = "asked";
    this.host.wake();
  }

  commit(): void {
    this.#sliceTurns += 1;
    this.atom.commitTurn();
    this.atom.mailbox.noteDeliveryUnderWay();
  }

  // ---- Callbacks

  async #runCallbacks(): Promise<void> {
    for (;;) {
      this.atom.futures.tick(this.host.now());
      if (await this.#runInterrupt()) continue;
      if (await this.#runFuture()) continue;
      if (await this.#runReentrant()) continue;
      return;
    }
  }

  async #runInterrupt(): Promise<boolean> {
    if (this.atom.interrupts.masked) return false;
    const mail = this.atom.takeInterrupt();
    if (!mail) return false;
    const token = this.atom.interrupts.tokenOf(mail.envelope.signal);
    if (token === undefined) {
      this.atom.counters.droppedInterrupts += 1;
      this.atom.turn.consumed.push(mail);
      this.commit();
      return true;
    }
    await this.#call(CALLBACK.interrupt, token, mail.envelope.payload, mail);
    return true;
  }

  async #runFuture(): Promise<boolean> {
    const callback = this.atom.futures.takeCallback();
    if (!callback) return false;
    const { length, bytes } = this.#futurePayload(callback);
    await this.#call(CALLBACK.future, callback.token, bytes, null, length);
    return true;
  }

  #futurePayload({ outcome }: FutureCallback): { length: number; bytes: Uint8Array | null } {
    if (outcome.kind === "failed") return { length: this.fail(outcome.failure), bytes: null };
    return { length: outcome.payload.length, bytes: outcome.payload };
  }

  async #runReentrant(): Promise<boolean> {
    if (this.#awaited.length === 0) return false;
    const mail = this.atom.takeReentrant(new Set(this.#awaited));
    if (!mail) return false;
    if (this.#reentrantToken === null) {
      this.#refuse(
        mail,
        failure("DEADLOCK", `${this.host.self} waits for the atom that asks it, and takes no re-entrant requests.`),
      );
      return true;
    }
    await this.#call(CALLBACK.reentrant, this.#reentrantToken, mail.envelope.payload, mail);
    return true;
  }

  #refuse(mail: MessageMail, reason: Failure): void {
    const request = this.atom.openRequest(mail.position);
    if (request) this.atom.answer(request, { kind: "failure", failure: reason });
    this.atom.turn.consumed.push(mail);
    this.commit();
  }

  async #call(
    kind: number,
    token: number,
    payload: Uint8Array | null,
    current: CallFrame["current"],
    length = payload?.length ?? 0,
  ): Promise<void> {
    if (this.#frames.length >= CALLBACK_DEPTH_MAX)
      throw this.fault(new GuestFault(`Callbacks nest deeper than ${CALLBACK_DEPTH_MAX}.`));
    await this.#enter(current, (exports) => exports.callback?.(kind, token, length), payload);
    this.commit();
  }

  // ---- Frames

  /** Runs guest code in a frame of its own; what the frame held is consumed when it ends well. */
  async #enter(
    current: CallFrame["current"],
    run: (exports: GuestExports) => Promise<void> | undefined,
    slot: Uint8Array | null = null,
  ): Promise<void> {
    if (!this.#exports) throw new GuestFault("The guest was entered before its instance existed.");
    const frame: CallFrame = { current, slot, held: current ? [current] : [] };
    this.#frames.push(frame);
    try {
      await run(this.#exports);
    } catch (error) {
      this.#spent = exitCodeOf(error) === 0 && this.#frames.length === 1;
      if (this.#spent) return this.#closeFrame(frame);
      // The innermost frame gets here first.
      this.#blamed ??= { mail: frame.current };
      throw this.fault(error);
    }
    this.#closeFrame(frame);
  }

  #closeFrame(frame: CallFrame): void {
    this.#frames.pop();
    const mails = frame.held.length > 0 || !frame.current ? frame.held : [frame.current];
    for (const mail of mails) this.#closeRequest(mail);
    if (this.host.entry.kind === "daemon") this.#closeRequest(frame.current);
    this.atom.turn.consumed.push(...frame.held);
  }

  /** A request that was neither answered nor kept by its token fails: nobody can answer it any more. */
  #closeRequest(mail: Mail | null): void {
    if (!mail || mail.envelope.kind === "interrupt") return;
    const request = this.atom.openRequest(mail.position);
    if (!request || this.atom.isTaken(mail.position)) return;
    const reason = failure("REMOTE", `${this.host.self} ended the handling of the request without an answer.`);
    this.atom.answer(request, { kind: "failure", failure: reason });
  }

  #frame(): CallFrame {
    const frame = this.#frames.at(-1);
    // A module's start function runs before any frame is entered.
    if (!frame)
      throw new GuestFault("Host functions that need a message or return bytes cannot be called by a start function.");
    return frame;
  }

  #bottom(): CallFrame {
    return this.#frames[0] ?? this.#frame();
  }

  /** Dooms the instance; returns what to throw. */
  fault(error: unknown): unknown {
    this.#doom ??= error ?? new GuestFault("The guest threw nothing.");
    return this.#doom;
  }

  #closing(): Failure | undefined {
    if (this.#stopping === "no") return undefined;
    if (this.#stopping === "told") throw this.fault(new GuestStop("The atom was stopped."));
    this.#stopping = "told";
    return failure("CLOSED");
  }

  async #breatheIfDue(): Promise<void> {
    const sinceMs = this.host.monotonic() - this.#sliceStartMs;
    if (this.#sliceTurns < SLICE_TURNS_MAX && sinceMs < SLICE_MS_MAX) return;
    await this.host.breathe();
    this.#startSlice();
  }

  /** The event loop has turned. */
  #startSlice(): void {
    this.#sliceTurns = 0;
    this.#sliceStartMs = this.host.monotonic();
  }
}
