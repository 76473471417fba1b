/**
 * One instance of an atom that runs scripts: every message, interrupt and re-entrant request names the script to run.
 * It does what a guest in WebAssembly does, through the same host functions, and notes it in the ledger.
 */
import { fromUtf8 } from "../../durable/core/bytes.ts";
import { ERROR_CODES, errorCodeOf } from "../../durable/core/errors.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import type { Guest, GuestExports } from "../../durable/engine/guest.ts";
import { GuestCalls, type Bytes } from "./guest-calls.ts";
import { Journal } from "./journal.ts";
import {
  OUTSIDE,
  type IncarnationId,
  type Ledger,
  type Mail,
  type MailClass,
  type Outcome,
  type Request,
} from "./ledger.ts";
import { answerOfFailure, failText, numberAt, numbersToBytes } from "./payload.ts";
import type { AtomIndex, AtomPlan, Script, ScriptId, Step } from "./plan.ts";

export const SIGNAL = 1;
export const ALIAS_SCOPE = "sim";
export const VALUE_PREFIX = "k";
const TOKEN_PREFIX = "token:";
/** The character after the colon: the end of the range of tokens. */
const TOKEN_END = "token;";
const REENTRANT_TOKEN = 7;
const INTERRUPT_TOKEN = 8;
const FIRST_FUTURE_TOKEN = 100;
/** A message that runs another message inside of it, and so on, goes no deeper. */
const NESTING_MAX = 4;
/** Some scripts make more and more of themselves: after so many messages they do nothing more. */
const MAILS_MAX = 1_500;
const POLLS_MAX = 4;
const POLL_EVERY_MS = 25;
const DAEMON_PATIENCE_MS = 2_000;
const MIGRATED_KEY = 99;

/** What an instance needs of the world around it. */
export interface ScriptWorld {
  readonly ledger: Ledger;
  readonly atom: AtomPlan;
  readonly self: AtomIndex;
  /** Of the object that the instance lives in. */
  readonly life: number;
  readonly instance: number;
  readonly version: number;
  /** True if `migrate` of this version traps once more. */
  migrationTraps(): boolean;
  incarnation(): IncarnationId;
  now(): number;
  nameOf(atom: AtomIndex): GlobalName;
  script(id: ScriptId): Script;
  onDelivery(mail: Mail, attempt: number, from: string): void;
  /** The delivery of the message goes on over a blocking call. */
  onHeldOver(mail: Mail): void;
  onOutcome(request: Request, outcome: Outcome): void;
  /** Something is not as it must be. */
  violated(text: string): void;
  trace(text: string): void;
}

/** A message in the hands of a script. */
interface InHand {
  readonly mail: Mail;
  readonly attempt: number;
  answered: boolean;
}

/** One activation: `invoke` or a callback. */
interface Activation {
  readonly held: InHand[];
  /** Received last: the current message, also when its script has ended. */
  current: Mail | null;
  nesting: number;
}

export class ScriptTrap extends Error {
  override readonly name = "ScriptTrap";
}

export class ScriptedGuest {
  readonly calls: GuestCalls;
  readonly world: ScriptWorld;
  readonly #guest: Guest;
  readonly #journal: Journal;
  readonly #activations: Activation[] = [];
  /** Whose scripts run, the innermost last. */
  readonly #running: Mail[] = [];
  /** By the token of the callback; null: a timer. */
  readonly #awaited = new Map<number, { readonly request: Request | null; readonly dueAtMs: number }>();
  #nextToken = FIRST_FUTURE_TOKEN;
  /** A daemon that does not answer a request fails it with the next message that it receives, and not before. */
  owesAnswer = false;

  constructor(guest: Guest, world: ScriptWorld) {
    this.world = world;
    this.#guest = guest;
    this.#journal = new Journal(world.ledger, () => this.calls);
    this.calls = new GuestCalls(guest, () => this.#onBlock());
  }

  exports(): GuestExports {
    return {
      initialize: () => this.#initialize(),
      migrate: () => this.#migrate(),
      invoke: () => this.#invoke(),
      repeatable: true,
      callback: (kind, token, length) => this.#activation(() => this.#callback(kind, token, length)),
    };
  }

  // ---- Activations

  async #invoke(): Promise<void> {
    const body = () => (this.world.atom.kind === "daemon" ? this.#live() : this.#serve());
    do await this.#activation(body);
    while (this.#guest.next());
  }

  async #initialize(): Promise<void> {
    this.calls.onInterrupt(SIGNAL, INTERRUPT_TOKEN);
    if (this.world.atom.reentrant) this.calls.onReentrant(REENTRANT_TOKEN);
  }

  /** Half of it is done when it traps. */
  async #migrate(): Promise<void> {
    const { version, self } = this.world;
    this.#put(MIGRATED_KEY);
    this.#send("send", self === 0 ? 1 : 0, null, 0);
    if (this.world.migrationTraps()) throw new ScriptTrap(`Migration to version ${version}.`);
    this.#journal.note({ kind: "migrated", version });
    this.#journal.end();
  }

  async #activation(run: () => Promise<void>): Promise<void> {
    this.#journal.end();
    const activation: Activation = { held: [], current: null, nesting: 0 };
    this.#activations.push(activation);
    await run();
    // What an activation holds is consumed as it returns, in the turn that is open then.
    for (const { mail } of activation.held) this.#consumed(mail);
    this.#activations.pop();
    this.#journal.end();
  }

  async #serve(): Promise<void> {
    await this.#receive(0);
  }

  async #live(): Promise<void> {
    for (;;) if ((await this.#receive(DAEMON_PATIENCE_MS)) === ERROR_CODES.CLOSED) return;
  }

  async #callback(kind: number, token: number, length: number): Promise<void> {
    if (kind === 2) return this.#onComplete(token, length);
    const { mail, attempt } = this.#delivered(this.calls.take(length), kind === 1 ? ["interrupt"] : ["request"]);
    const inHand = { mail, attempt, answered: false };
    mail.wasReentrant ||= kind === 3;
    this.#top.held.push(inHand);
    await this.#run(inHand);
  }

  get #top(): Activation {
    return this.#activations.at(-1) as Activation;
  }
  get #bottom(): Activation {
    return this.#activations[0] as Activation;
  }

  #onBlock(): void {
    this.#journal.end();
    for (const { held } of this.#activations) for (const { mail } of held) this.world.onHeldOver(mail);
  }

  // ---- Messages

  /** Receives a message and runs its script; 0, or why there was none. */
  async #receive(timeoutMs: number): Promise<number> {
    const payload = await this.calls.receive(timeoutMs);
    if (typeof payload === "number") return payload;
    this.owesAnswer = false;
    const inHand = { ...this.#delivered(payload, ["message", "request"]), answered: false };
    this.#top.current = inHand.mail;
    if (this.world.atom.kind === "daemon") this.#consumed(inHand.mail);
    else this.#bottom.held.push(inHand);
    this.#top.nesting += 1;
    await this.#run(inHand);
    this.#top.nesting -= 1;
    return 0;
  }

  #delivered(payload: Bytes, classes: readonly MailClass[]): { mail: Mail; attempt: number } {
    const mail = typeof payload === "number" ? undefined : this.world.ledger.mails[numberAt(payload, 0)];
    if (!mail) throw new ScriptTrap(`A payload that nobody sent: ${String(payload)}.`);
    if (!classes.includes(mail.class)) this.world.violated(`${mail.uid} is a ${mail.class} and came as another thing`);
    const kind = ["message", "request", "?", "interrupt"][this.calls.kind()];
    if (kind !== mail.class) this.world.violated(`kind() of ${mail.uid}, a ${mail.class}, is ${kind}`);
    const sender = this.calls.sender();
    const attempt = this.calls.attempt();
    this.world.onDelivery(mail, attempt, typeof sender === "number" ? "?" : fromUtf8(sender));
    return { mail, attempt };
  }

  #consumed(mail: Mail): void {
    this.#journal.note({ kind: "consumed", mail, inOrder: mail.class !== "interrupt" && !mail.wasReentrant });
  }

  // ---- Scripts

  async #run(inHand: InHand): Promise<void> {
    const { mail, attempt } = inHand;
    if (mail.script === null) return;
    const script = this.world.script(mail.script);
    this.#running.push(mail);
    const spent = this.world.ledger.mails.length > MAILS_MAX && mail.from !== OUTSIDE;
    const steps = spent ? [] : script.steps;
    for (const step of steps) await this.#step(step, inHand, attempt);
    this.#running.pop();
    // Interrupts that mask for good would come one by one, each with the next message that unmasks.
    if (mail.class === "interrupt") this.calls.unmask();
    if (mail.class !== "request" || inHand.answered) return;
    if (script.answer !== "nothing") this.#answer(inHand, script.answer);
    else this.owesAnswer = this.world.atom.kind === "daemon";
  }

  async #step(step: Step, inHand: InHand, attempt: number): Promise<void> {
    this.world.trace(`step ${step.kind} for ${inHand.mail.uid}`);
    switch (step.kind) {
      case "put":
        return this.#put(step.key);
      case "delete":
        if (this.calls.delete(`${VALUE_PREFIX}${step.key}`) === 0)
          this.#journal.note({ kind: "put", key: `${VALUE_PREFIX}${step.key}`, value: null });
        return;
      case "send":
      case "interrupt":
        for (let i = 0; i < step.count; i += 1) if (!this.#send(step.kind, step.to, step.script, 0)) return;
        return;
      case "flood":
        for (let i = 0; i < step.count; i += 1) if (!this.#send("send", step.to, null, step.bytes)) return;
        return;
      case "request":
        return this.#request(step);
      case "timer":
        return this.#timer(step);
      case "sleep":
        await this.calls.sleep(step.ms);
        return;
      case "yield":
        await this.calls.yield();
        return;
      case "receive":
        if (this.#top.nesting >= NESTING_MAX) return;
        // A daemon that receives the next message gives up the request at hand, unless it keeps its token.
        if (inHand.mail.class === "request" && !inHand.answered) this.#keepToken(inHand);
        await this.#receive(step.timeoutMs);
        return;
      case "reply":
      case "fail":
        if (inHand.mail.class === "request" && !inHand.answered) this.#answer(inHand, step.kind);
        return;
      case "token":
        if (inHand.mail.class === "request" && !inHand.answered) this.#keepToken(inHand);
        return;
      case "answer-tokens":
        return this.#answerTokens();
      case "mask":
        this.calls.mask();
        return;
      case "unmask":
        this.calls.unmask();
        return;
      case "alias":
      case "unalias":
        return this.#alias(step.kind, String(step.value));
      case "lookup":
        return this.#lookup();
      case "resolve":
        return this.#resolve();
      case "trap":
        if (attempt <= step.attempts) throw new ScriptTrap(`Message ${inHand.mail.uid}, attempt ${attempt}.`);
        return;
    }
  }

  #put(key: number): void {
    const name = `${VALUE_PREFIX}${key}`;
    const value = `${this.world.instance}.${this.#nextToken++}`;
    this.calls.put(name, value);
    const read = this.calls.get(name);
    if (typeof read === "number" || fromUtf8(read) !== value)
      this.world.violated(`${name} reads back as another value`);
    this.#journal.note({ kind: "put", key: name, value });
  }

  /** False if there was no room. */
  #send(kind: "send" | "interrupt", to: AtomIndex, script: ScriptId | null, bytes: number): boolean {
    const { ledger, self } = this.world;
    const name = this.world.nameOf(to);
    const mail = ledger.newMail(kind === "send" ? "message" : "interrupt", self, to, script);
    const payload = numbersToBytes([mail.uid], bytes);
    const result = kind === "send" ? this.calls.send(name, payload) : this.calls.interrupt(name, SIGNAL, payload);
    if (result !== 0 && result !== ERROR_CODES.BUSY) this.world.violated(`${kind} to ${name} gave ${result}`);
    if (result === 0) this.#journal.note({ kind: "sent", mail, to: name });
    return result === 0;
  }

  // ---- Answers

  #answer(inHand: InHand, kind: "reply" | "fail"): void {
    const { mail } = inHand;
    const answer = this.world.ledger.newAnswer(mail.uid, this.world.self, this.world.incarnation());
    const payload = numbersToBytes([answer.uid, mail.uid]);
    const result = kind === "reply" ? this.calls.reply(payload) : this.calls.fail(failText(answer.uid));
    inHand.answered = true;
    if (result === 0) this.#journal.note({ kind: "answered", answer, asker: this.#askerOf(mail) });
    // An earlier attempt may have kept the token, by which it was answered since.
    else if (inHand.attempt === 1)
      this.world.violated(`answering ${mail.uid} gave ${result}: ${this.calls.lastError()}`);
  }

  #keepToken(inHand: InHand): void {
    const token = this.calls.replyToken();
    inHand.answered = true;
    if (token < 0) {
      if (inHand.attempt === 1) this.world.violated(`the token of ${inHand.mail.uid} is ${token}`);
      return;
    }
    const key = `${TOKEN_PREFIX}${token}`;
    this.world.trace(`keeps ${inHand.mail.uid} as ${key}`);
    this.calls.put(key, String(inHand.mail.uid));
    this.#journal.note({ kind: "put", key, value: String(inHand.mail.uid) });
  }

  #answerTokens(): void {
    for (const [key, request] of this.calls.scan(TOKEN_PREFIX, TOKEN_END)) {
      const mail = this.world.ledger.mails[Number(request)] as Mail;
      const answer = this.world.ledger.newAnswer(mail.uid, this.world.self, this.world.incarnation());
      const result = this.calls.replyTo(Number(key.slice(TOKEN_PREFIX.length)), numbersToBytes([answer.uid, mail.uid]));
      this.world.trace(`answers ${mail.uid} by ${key}: ${result}`);
      // The message may have come again and been answered, so that its token is none any more.
      if (result === 0) this.#journal.note({ kind: "answered", answer, asker: this.#askerOf(mail) });
      this.calls.delete(key);
      this.#journal.note({ kind: "put", key, value: null });
    }
  }

  #askerOf(mail: Mail): GlobalName | "" {
    return mail.from < 0 ? "" : this.world.nameOf(mail.from);
  }

  // ---- Futures

  async #request(step: Extract<Step, { kind: "request" }>): Promise<void> {
    const request = this.#ask(step);
    if (!request) return;
    const { future } = request;
    switch (step.after) {
      case "await":
        return this.#await(request, step.waitMs);
      case "callback":
        this.#awaited.set(this.#nextToken, { request, dueAtMs: request.deadlineMs });
        if (this.calls.onComplete(future, this.#nextToken++) !== 0)
          this.world.violated(`no future ${future} to wait for`);
        return;
      case "cancel":
        if (step.waitMs > 0) await this.calls.sleep(step.waitMs);
        request.cancelled = true;
        this.calls.cancel(future);
        return this.#await(request, -1);
      case "poll":
        for (let i = 0; i < POLLS_MAX && this.calls.poll(future) === 0; i += 1) await this.calls.sleep(POLL_EVERY_MS);
        return;
      case "forget":
        return;
    }
  }

  #ask(step: Extract<Step, { kind: "request" }>): Request | undefined {
    const { ledger, self, instance } = this.world;
    const name = this.world.nameOf(step.to);
    const mail = ledger.newMail("request", self, step.to, step.script);
    const future = this.calls.request(name, numbersToBytes([mail.uid]), step.timeoutMs);
    if (future < 0) {
      // A chain of requests that each wait for the next may be as long as it gets.
      const expected: readonly number[] = [ERROR_CODES.BUSY, ERROR_CODES.TOO_LARGE];
      if (!expected.includes(future)) this.world.violated(`a request to ${name} gave ${future}`);
      return undefined;
    }
    const deadlineMs = step.timeoutMs < 0 ? Infinity : this.world.now() + step.timeoutMs;
    const request: Request = {
      mail,
      instance,
      future,
      deadlineMs,
      chain: this.#chain(),
      cancelled: false,
      outcome: null,
    };
    ledger.requests.set(mail.uid, request);
    this.#journal.note({ kind: "sent", mail, to: name });
    return request;
  }

  /** Everybody who may wait for what this instance works on. */
  #chain(): Set<AtomIndex> {
    const chain = new Set([this.world.self]);
    for (const { held } of this.#activations) for (const { mail } of held) this.#addChainOf(mail, chain);
    for (const { current } of this.#activations) if (current) this.#addChainOf(current, chain);
    for (const mail of this.#running) this.#addChainOf(mail, chain);
    return chain;
  }

  #addChainOf(mail: Mail, chain: Set<AtomIndex>): void {
    for (const atom of this.world.ledger.requests.get(mail.uid)?.chain ?? []) chain.add(atom);
  }

  async #await(request: Request, waitMs: number): Promise<void> {
    const { future } = request;
    const result = await this.calls.await(future, waitMs);
    if (result === ERROR_CODES.CLOSED) return;
    if (result === ERROR_CODES.TIMEOUT && waitMs >= 0 && this.calls.poll(future) !== ERROR_CODES.NOT_FOUND) return;
    this.world.onOutcome(request, this.#outcomeOf(result));
  }

  #onComplete(token: number, length: number): Promise<void> {
    const awaited = this.#awaited.get(token);
    if (!awaited) throw new ScriptTrap(`A callback with the token ${token}, which is none or was run already.`);
    this.#awaited.delete(token);
    const result = length < 0 ? length : this.calls.take(length);
    if (awaited.request) this.world.onOutcome(awaited.request, this.#outcomeOf(result));
    else if (this.world.now() < awaited.dueAtMs) this.world.violated("a timer came too early");
    this.#put(0);
    return Promise.resolve();
  }

  #outcomeOf(result: Bytes): Outcome {
    if (typeof result !== "number") return { kind: "reply", answer: numberAt(result, 0) };
    const reason = this.calls.lastError();
    const answer = result === ERROR_CODES.REMOTE ? answerOfFailure(reason) : undefined;
    if (answer !== undefined) return { kind: "reply", answer };
    return { kind: "failed", code: errorCodeOf(result) ?? String(result), reason };
  }

  async #timer({ ms, after }: Extract<Step, { kind: "timer" }>): Promise<void> {
    const future = this.calls.timer(ms);
    const dueAtMs = this.world.now() + ms;
    if (after === "callback") {
      this.#awaited.set(this.#nextToken, { request: null, dueAtMs });
      this.calls.onComplete(future, this.#nextToken++);
      return;
    }
    const result = await this.calls.await(future, -1);
    if (typeof result !== "number" && this.world.now() < dueAtMs) this.world.violated("a timer came too early");
  }

  // ---- Naming

  #alias(kind: "alias" | "unalias", value: string): void {
    const result = kind === "alias" ? this.calls.alias(ALIAS_SCOPE, value) : this.calls.unalias(ALIAS_SCOPE, value);
    if (result === 0) this.#journal.note({ kind: "alias", value, present: kind === "alias" });
    else if (result !== ERROR_CODES.NOT_FOUND) this.world.violated(`${kind} gave ${result}`);
  }

  async #lookup(): Promise<void> {
    const found = await this.calls.lookup(ALIAS_SCOPE, ".*");
    if (typeof found === "number" && found !== ERROR_CODES.CLOSED)
      this.world.violated(`a lookup gave ${found}: ${this.calls.lastError()}`);
  }

  async #resolve(): Promise<void> {
    const found = await this.calls.resolve(this.world.atom.name);
    if (typeof found === "number") {
      if (found !== ERROR_CODES.CLOSED) this.world.violated(`a name that exists resolves to ${found}`);
    } else if (fromUtf8(found) !== this.world.nameOf(this.world.self)) {
      this.world.violated(`the own bare name resolves to ${fromUtf8(found)}`);
    }
  }
}
