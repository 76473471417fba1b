/**
 * An atom at work in its object: the pure state, the engine's loop and the network, and the order in which they act.
 *
 * Invariants
 * 1. Whatever happened is flushed before anything about it leaves the object (`settle` is the only way out).
 * 2. Every event wakes the loop, and a wake that finds the loop awake is not lost.
 * 3. As long as something is undone, an alarm is set: an object that is forgotten comes back.
 */
import { AliasPublication } from "./alias-publication.ts";
import type { Clock } from "./clock.ts";
import { Atom } from "./core/atom.ts";
import type { Answer } from "./core/answer.ts";
import type { Application, AtomEntry } from "./core/application.ts";
import type { Envelope } from "./core/envelope.ts";
import { failure, type Failure } from "./core/errors.ts";
import { EMPTY_BATCH, endsOf, type Batch } from "./core/frame.ts";
import type { Outcome } from "./core/futures.ts";
import { OUTSIDE_ASKERS_MAX } from "./core/limits.ts";
import type { Lane, LaneReceiver } from "./core/lane.ts";
import { globalName, type Destination, type GlobalName } from "./core/names.ts";
import type { Store } from "./core/store.ts";
import { GivingWay } from "./giving-way.ts";
import { KnownNames } from "./known-names.ts";
import type { FetchRequest, GuestLookup, Host, LogLevel } from "./engine/host.ts";
import type { Program } from "./engine/program.ts";
import type { RestingInstances } from "./engine/resting-instances.ts";
import { Runner } from "./engine/runner.ts";
import { LogBuffer } from "./log-buffer.ts";
import type { LoopTurns } from "./loop-turns.ts";
import { LoopWatch } from "./loop-watch.ts";
import { NextTurn } from "./next-turn.ts";
import { performFetch } from "./outgoing-http.ts";
import { OutsideAskers } from "./outside-askers.ts";
import { Pump } from "./transport/pump.ts";
import { ONE_STEP_MS, WakeTimer } from "./wake-timer.ts";

/** What the session needs of its object and of the platform. */
export interface SessionPorts {
  readonly store: Store;
  readonly openLane: (receiver: LaneReceiver) => Lane;
  readonly naming: NamingPort;
  readonly clock: Clock;
  /** Those of the isolate. */
  readonly resting: RestingInstances;
  readonly turns: LoopTurns;
  /** Keeps the object alive until the promise settles. */
  waitUntil(work: Promise<unknown>): void;
  setAlarm(atMs: number): void;
  /** The store failed: memory and store may differ, so the object has to start anew. */
  abort(reason: string): void;
}

export interface NamingPort {
  /** Publishes the atom's alias changes; the revision that the replica has of them now. Rejects if it cannot be asked. */
  setAliases(atom: GlobalName, aliases: Atom["aliases"]): Promise<number>;
  resolve(name: string, asker: GlobalName): Promise<GlobalName | Failure>;
  lookup(query: GuestLookup, asker: GlobalName): Promise<readonly GlobalName[] | Failure>;
}

/** What became of a message from outside. */
export type Submission =
  | { readonly kind: "accepted" }
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "refused"; readonly failure: Failure }
  /** The object is about to be replaced: its message is accepted, but this is not the place to wait for the answer. */
  | { readonly kind: "released"; readonly reason: string };

const ALARM_AFTER_MS = 10_000;
/** The object is replaced within this time after it let those go who waited; else it goes on as if nothing had been said. */
const RELEASED_MS = 2_000;
/** An atom that has come to no rest by then, and has not failed, has started. */
const START_WAIT_MS = 2_000;

export class AtomSession implements Host, LaneReceiver {
  readonly entry: AtomEntry;
  readonly self: GlobalName;
  readonly atom: Atom;
  readonly runner: Runner;
  readonly logs = new LogBuffer();
  readonly #ports: SessionPorts;
  readonly #names: KnownNames;
  readonly #pump: Pump;
  readonly #nextTurn: NextTurn;
  readonly #givingWay: GivingWay;
  readonly #loopWatch: LoopWatch;
  readonly #askers: OutsideAskers<Submission>;
  #releasedUntilMs = 0;
  #flushWaiters: (() => void)[] = [];
  /** Told when the loop next waits, or has nothing to do. */
  readonly #restWaiters = new Set<() => void>();
  #sleeper: (() => void) | undefined;
  readonly #sleepTimer: WakeTimer;
  #woken = false;
  #running = false;
  /** The work of the loop, until the platform knows of it. */
  #unkept: Promise<void> | undefined;
  #alarmSet = false;
  readonly #aliases: AliasPublication;

  constructor(application: Application, entry: AtomEntry, program: Program, ports: SessionPorts) {
    this.entry = entry;
    this.self = globalName(entry.runtime, entry.name);
    this.#ports = ports;
    this.#names = new KnownNames(application, this.self);
    const { durability, attemptsMax, aliases } = entry;
    const hasConfiguredAlias = (scope: string, value: string) =>
      Object.hasOwn(aliases, scope) && (aliases[scope]?.includes(value) ?? false);
    this.atom = new Atom(
      { self: this.self, durability, attemptsMax, hasConfiguredAlias },
      ports.store,
      ports.clock.now(),
      Math.random(),
    );
    this.#aliases = this.#openAliases();
    this.runner = new Runner(this.atom, this, program, ports.resting);
    this.#pump = new Pump(this.atom.peers, ports.openLane(this), ports.clock, () => this.settle());
    this.#askers = new OutsideAskers(ports.clock, (timeoutMs, sinceMs) => this.#late(timeoutMs, sinceMs));
    const stepMs = entry.kind === "daemon" ? ONE_STEP_MS : undefined;
    this.#sleepTimer = new WakeTimer(ports.clock, () => this.#sleeper?.(), stepMs);
    this.#nextTurn = new NextTurn(ports.clock, ports.turns);
    this.#givingWay = new GivingWay(this.#nextTurn);
    this.#loopWatch = new LoopWatch(
      ports.clock,
      ports.turns,
      this.#nextTurn,
      (work) => ports.waitUntil(work),
      () => this.settle(),
    );
  }

  // ---- Events

  /** Something may have to be done: runs the loop, retransmits, sets the alarm. */
  start(): void {
    this.#alarmSet = false;
    this.#ensureRunning();
    this.settle();
  }

  /** Starts, and tells why the module does not run, if it does not. */
  async started(): Promise<string | undefined> {
    this.start();
    this.wake();
    await new Promise<void>((resolve) => {
      const cancel = this.#ports.clock.after(START_WAIT_MS, () => tell());
      const tell = (): void => {
        cancel();
        this.#restWaiters.delete(tell);
        resolve();
      };
      this.#restWaiters.add(tell);
    });
    return this.runner.startFailure;
  }

  /** A peer's batch that is waited for; resolves with the batch that answers it, once all that it brought is durable. */
  async answerBatch(batch: Batch): Promise<Batch> {
    const peer = endsOf(batch)?.from;
    if (peer === undefined) return EMPTY_BATCH;
    if (batch.frames.length === 0) {
      // Acks bring nothing that would have to be durable.
      this.onBatch(batch);
      return EMPTY_BATCH;
    }
    this.#take(batch);
    return this.#afterFlush(() => this.atom.peers.link(peer).answer(this.now()));
  }

  onBatch(batch: Batch): void {
    if (batch.frames.length === 0 && batch.acks.length === 0) return;
    const forGuest = this.#take(batch);
    // The object may have been made anew for what is nothing to its guest, with work left from before.
    if (forGuest || (!this.#running && this.runner.hasWork)) return this.wake();
    this.settle();
    this.#givingWay.goOn();
  }

  /** True if the guest may have something to do with it. */
  #take(batch: Batch): boolean {
    // All of a batch comes from one peer.
    if (batch.frames[0]) this.#names.learn([batch.frames[0].from]);
    return this.atom.onBatch(batch, this.now());
  }

  onLost(peer: GlobalName, reason: string): void {
    const link = this.atom.peers.link(peer);
    if (link.idle) return;
    if (!link.unreachable) this.log("warn", `${peer} could not be reached and will be tried again: ${reason}`);
    link.onLost(this.now());
    this.settle();
  }

  onUnreadable(peer: GlobalName, reason: string): void {
    this.log("error", `A batch of ${peer} cannot be read, and is refused until it can be: ${reason}`);
  }

  /** A one-way message or an interrupt from outside; accepted once it is durable. */
  async submit(make: (position: number) => Envelope, key?: string): Promise<Submission> {
    if (key === undefined || this.atom.lookupKey(key).kind === "new") {
      const position = this.atom.deliver(make);
      if (typeof position !== "number") return this.#refused(position);
      if (key !== undefined) {
        this.atom.idempotency.begin(key, position, this.now());
        this.atom.idempotency.end(position, { kind: "reply", payload: new Uint8Array(0) });
      }
    }
    // A repetition waits as well: the first one may not be durable yet.
    return this.#afterFlush(() => ({ kind: "accepted" }));
  }

  /** A request from outside: its answer, or TIMEOUT after `timeoutMs`; its message stays in the mailbox even then. */
  async ask(make: (position: number) => Envelope, timeoutMs: number, key?: string): Promise<Submission> {
    const known = key === undefined ? ({ kind: "new" } as const) : this.atom.lookupKey(key);
    if (known.kind === "answered") return this.#afterFlush(() => known);
    if (this.#askers.crowded) return { kind: "refused", failure: this.#crowded() };
    const position = known.kind === "pending" ? known.position : this.atom.deliver(make);
    if (typeof position !== "number") return this.#refused(position);
    if (known.kind === "new" && key !== undefined) this.atom.idempotency.begin(key, position, this.now());
    if (this.now() < this.#releasedUntilMs) return this.#afterFlush(() => this.#released());
    const answer = this.#askers.wait(position, timeoutMs);
    this.wake();
    return answer;
  }

  /** The object is about to be replaced: whoever waits for an answer is told so instead of being cut off. */
  release(): void {
    this.settle();
    this.#releasedUntilMs = this.now() + RELEASED_MS;
    this.#askers.tellAll(this.#released());
  }

  restart(): void {
    this.runner.restart();
    this.wake();
  }

  // ---- Host

  now(): number {
    return this.#ports.clock.now();
  }

  monotonic(): number {
    return this.#ports.clock.monotonic();
  }

  fillRandom(bytes: Uint8Array): void {
    const most = 65_536;
    for (let at = 0; at < bytes.length; at += most) crypto.getRandomValues(bytes.subarray(at, at + most));
  }

  log(level: LogLevel, text: string): void {
    this.logs.add(level, text, this.now());
    const print = {
      trace: console.debug,
      debug: console.debug,
      info: console.info,
      warn: console.warn,
      error: console.error,
    };
    print[level](`[${this.self}] ${text}`);
  }

  locate(destination: Destination): GlobalName | Failure {
    return this.#names.locate(destination);
  }

  async resolve(destination: Destination): Promise<GlobalName | Failure> {
    const found = await this.#asking(() => this.#ports.naming.resolve(destination.name, this.self));
    if (typeof found === "string") this.#names.learn([found]);
    return found;
  }

  async lookup(query: GuestLookup): Promise<readonly GlobalName[] | Failure> {
    // What the asking turn changed of its own aliases is part of the answer.
    this.settle();
    const unpublished = await this.#aliases.published();
    if (unpublished) return unpublished;
    const found = await this.#asking(() => this.#ports.naming.lookup(query, this.self));
    if (!("code" in found)) this.#names.learn(found);
    return found;
  }

  fetch(request: FetchRequest): Promise<Outcome> {
    return performFetch(request);
  }

  async idle(deadlineMs: number): Promise<void> {
    this.#keepAlive();
    this.settle();
    if (!this.#woken) {
      this.#tellAtRest();
      this.#sleepTimer.by(deadlineMs);
      await this.#sleep(deadlineMs);
    }
    this.#woken = false;
  }

  async #sleep(deadlineMs: number): Promise<void> {
    const { clock, turns } = this.#ports;
    const sleeper = deadlineMs < Infinity ? { dueAtMs: clock.monotonic() + deadlineMs - clock.now() } : undefined;
    if (sleeper) turns.sleeps(sleeper);
    await new Promise<void>((resolve) => (this.#sleeper = resolve));
    this.#sleeper = undefined;
    if (sleeper) turns.wakes(sleeper);
  }

  async breathe(): Promise<void> {
    this.#keepAlive();
    this.settle();
    await this.#nextTurn.come();
  }

  async giveWay(): Promise<void> {
    this.#keepAlive();
    this.settle();
    await this.#givingWay.give();
  }

  wake(): void {
    this.#woken = true;
    this.#sleeper?.();
    this.#ensureRunning();
    this.#givingWay.goOn();
  }

  /** Flushes, then lets everything out that waited for the flush. */
  settle(): void {
    const released = this.#flush();
    for (const { position, answer } of released.answers) this.#askers.tell(position, { kind: "answered", answer });
    for (const act of released.afterCommit) act();
    this.#aliases.publish();
    // A peer that waits for its answer gets what is due to it with that.
    for (const act of this.#flushWaiters.splice(0)) act();
    if (!this.#pump.sends || !this.#loopWatch.mustWait()) this.#pump.pump();
    this.#armAlarm();
  }

  // ---- Internals

  #flush(): ReturnType<Atom["flush"]> {
    try {
      return this.atom.flush(this.now(), this.#flushWaiters.length > 0);
    } catch (error) {
      this.#ports.abort(`The store of ${this.self} failed: ${String(error)}`);
      throw error;
    }
  }

  /** Resolves with what `act` returns once everything up to now is durable; the loop gets the chance to handle it first. */
  #afterFlush<T>(act: () => T): Promise<T> {
    return new Promise<T>((resolve) => {
      this.#flushWaiters.push(() => resolve(act()));
      this.wake();
    });
  }

  #ensureRunning(): void {
    if (this.#running) return;
    this.#running = true;
    this.#unkept = this.#run();
    // The platform reports what it was told of.
    this.#unkept.catch(() => this.#keepAlive());
  }

  /** The loop is about to wait: the object stays until it has ended. One that ends within its event needs nobody to stay. */
  #keepAlive(): void {
    if (this.#unkept) this.#ports.waitUntil(this.#unkept);
    this.#unkept = undefined;
  }

  async #run(): Promise<void> {
    try {
      // One event may bring several things; they are all there when the loop begins.
      await Promise.resolve();
      await this.runner.run();
    } catch (error) {
      // What a guest does wrong ends in the runner; this is a mistake of the runtime's, and the same loop would make it again.
      this.#ports.abort(`The loop of ${this.self} failed: ${String(error)}`);
      throw error;
    } finally {
      this.#running = false;
      this.#tellAtRest();
      this.settle();
      if (this.runner.hasWork) this.#ensureRunning();
    }
  }

  #tellAtRest(): void {
    for (const tell of this.#restWaiters) tell();
  }

  #crowded(): Failure {
    return failure("BUSY", `${OUTSIDE_ASKERS_MAX} requests wait for an answer of ${this.self} already.`);
  }

  #late(timeoutMs: number, sinceMs: number): Submission {
    const reason = this.runner.reason ?? this.runner.trapSince(sinceMs);
    const text = `${this.self} did not answer within ${timeoutMs} ms.${reason ? ` ${reason}` : ""}`;
    return { kind: "answered", answer: { kind: "failure", failure: failure("TIMEOUT", text) } };
  }

  /** The object may have been made anew for what it refuses, with a mailbox full of work. */
  #refused(refused: Failure): Submission {
    this.wake();
    return { kind: "refused", failure: refused };
  }

  #released(): Submission {
    const fate =
      this.entry.durability === "durable"
        ? "The message is handled all the same: a repetition with its Idempotency-Key gets the answer."
        : "The atom is volatile, so its message may be lost with this instance.";
    return { kind: "released", reason: `${this.self} is being replaced by a new version. ${fate}` };
  }

  async #asking<T>(ask: () => Promise<T>): Promise<T | Failure> {
    try {
      return await ask();
    } catch (error) {
      return failure("BUSY", `The naming of this runtime could not be asked: ${String(error)}`);
    }
  }

  #openAliases(): AliasPublication {
    const { atom } = this;
    const owner = {
      aliases: () => atom.aliases,
      outrank: (revision: number) => atom.outrankAliases(revision),
      settle: () => this.settle(),
      warn: (text: string) => this.log("warn", text),
      waitUntil: (work: Promise<unknown>) => this.#ports.waitUntil(work),
    };
    return new AliasPublication(
      owner,
      (aliases) => this.#ports.naming.setAliases(this.self, aliases),
      this.#ports.clock,
    );
  }

  /** True as long as an alarm has to be set. */
  get hasUndone(): boolean {
    return !this.atom.idle || this.runner.hasWork || this.#aliases.undone;
  }

  #armAlarm(): void {
    if (this.#alarmSet || !this.hasUndone) return;
    this.#alarmSet = true;
    this.#ports.setAlarm(this.now() + ALARM_AFTER_MS);
  }
}
