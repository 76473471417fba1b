/**
 * An atom's state: the composition of mailbox, links, requests, futures and the open turn over one store. It is pure:
 * the clock is an argument, and nothing here waits. The object feeds it events, the engine runs the guest on it, and
 * what has to leave is asked from it after a flush.
 *
 * Invariants
 * 1. A turn's effects enter the pending commit together (`commitTurn`) or are forgotten together (`dropTurn`).
 * 2. `flush` writes all that is pending in one store commit. Only what was flushed leaves: frames, acks, answers.
 * 3. The consumption of a message and the effects of its handler are in the same commit.
 * 4. Every request that was accepted is answered: by the guest, or by a failure that says why not.
 * 5. Mailbox positions and future ids are never given twice, not even by a boot that crashed: what a flush makes
 *    visible is below what the store has reserved with it. Future ids travel, in requests and their answers, so they
 *    count from the epoch on: an atom that lost its store must not take an answer to its predecessor for one to itself.
 * 6. A batch is read to its end before anything of it counts, so that nothing that cannot be read is acknowledged.
 */
import { AliasDraft, checkAlias, NO_ALIASES, type AliasDelta } from "./aliases.ts";
import type { Answer } from "./answer.ts";
import type { Durability } from "./application.ts";
import { keepable, roomKeeper, startsOf } from "./arrivals.ts";
import { newCounters } from "./counters.ts";
import { DeadLetters } from "./dead-letters.ts";
import { decodeEnvelopes, encodeEnvelopes, type ChainLink, type Envelope } from "./envelope.ts";
import { failure, type Failure } from "./errors.ts";
import type { Batch, ChannelClass, Frame } from "./frame.ts";
import { Futures } from "./futures.ts";
import { Idempotency, type KeyState } from "./idempotency.ts";
import { durabilityChange, incarnationOf } from "./incarnation.ts";
import { Interrupts } from "./interrupts.ts";
import {
  BYSTANDER_ATTEMPTS,
  CHAIN_LENGTH_MAX,
  FRAME_BODY_BYTES_MAX,
  IDS_RESERVED,
  OPEN_REQUESTS_MAX,
} from "./limits.ts";
import { Mailbox, type InterruptMail, type Mail, type MessageMail } from "./mailbox.ts";
import type { GlobalName } from "./names.ts";
import { fits, type Load, type OutgoingRuns } from "./outgoing.ts";
import { Peers, type Undeliverable } from "./peers.ts";
import { readKey, scanRange } from "./pending-kv.ts";
import { Requests } from "./requests.ts";
import type { Change, DeadLetter, KeyRange, KvEntry, OpenRequest, Store } from "./store.ts";
import { Supervisor, type Blame, type Trap } from "./supervisor.ts";
import { Turn } from "./turn.ts";

export interface AtomSettings {
  readonly self: GlobalName;
  readonly durability: Durability;
  readonly attemptsMax: number;
  /** Aliases from the configuration, which the atom may take back. */
  readonly hasConfiguredAlias: (scope: string, value: string) => boolean;
}

/** What may leave the atom once a flush is done. */
export interface Released {
  /** Answers to what came from outside, by mailbox position. */
  readonly answers: readonly { readonly position: number; readonly answer: Answer }[];
  readonly afterCommit: readonly (() => void)[];
}

/** What follows from a trap. */
export interface Aftermath {
  /** When the next instance may start. */
  readonly restartAtMs: number;
  /** What it counts against; null if the atom was at no mail. */
  readonly blame: Blame | null;
}

const NOTHING_RELEASED: Released = { answers: [], afterCommit: [] };

const FIRST_ID = 1;

export class Atom {
  readonly settings: AtomSettings;
  readonly mailbox: Mailbox;
  readonly peers: Peers;
  readonly requests = new Requests();
  readonly idempotency: Idempotency;
  readonly supervisor = new Supervisor();
  readonly counters = newCounters();
  readonly epoch: number;
  futures: Futures;
  interrupts = new Interrupts();
  readonly turn = new Turn();
  readonly #pending = new Turn();
  readonly #store: Store;
  #changes: Change[] = [];
  #released: { position: number; answer: Answer }[] = [];
  #aliases: AliasDelta = NO_ALIASES;
  #ended: string | null;
  #version: string | null;
  /** Below it, positions and future ids may be in use; the store knows it. */
  #idsReserved: number;
  readonly #deadLetters: DeadLetters;
  /** True as long as something may be left of when the atom was durable. */
  #turnsVolatile: boolean;

  /** Restores the atom from its store. `random` is a number in [0, 1). */
  constructor(settings: AtomSettings, store: Store, nowMs: number, random: number) {
    this.settings = settings;
    this.#store = store;
    const loaded = store.load();
    const { state } = loaded;
    const { epoch, renewed, persistent, changes } = incarnationOf(state, settings.durability, nowMs, random);
    this.epoch = epoch;
    this.#turnsVolatile = persistent && settings.durability === "volatile";
    this.#changes.push(...changes);
    this.#idsReserved = Number(state.get("ids") ?? FIRST_ID);
    this.mailbox = new Mailbox(settings.self, this.#idsReserved, persistent);
    this.peers = new Peers(settings.self, epoch, persistent);
    this.idempotency = new Idempotency(store);
    this.futures = new Futures(epoch + this.#idsReserved);
    this.#aliases = parseState<AliasDelta>(state.get("aliases")) ?? NO_ALIASES;
    this.#ended = state.get("ended") || null;
    this.#version = state.get("version") ?? null;
    this.supervisor.restore(parseState<Trap>(state.get("trap")) ?? null);
    this.#deadLetters = new DeadLetters(store, loaded);
    this.mailbox.restore(loaded.mail, loaded.attempts);
    this.counters.received = [...this.mailbox.positions()].length;
    this.peers.restore(loaded, renewed);
    this.requests.restore(loaded.open);
    const alive = new Set([...this.mailbox.positions(), ...loaded.open.map(({ token }) => token)]);
    this.idempotency.restore(loaded.idempotency, (position) => alive.has(position));
    this.#abandonRequests("The atom was interrupted before it answered.");
  }

  get aliases(): AliasDelta {
    return this.#aliases;
  }
  /** The hash of the module that ended by returning, or null. */
  get ended(): string | null {
    return this.#ended;
  }
  /** The hash of the module that the atom's state belongs to; null until its first instance has started. */
  get version(): string | null {
    return this.#version;
  }
  get deadLetterCount(): number {
    return this.#deadLetters.count;
  }
  /** What those outgoing HTTP requests hold that leave with the next flush, or with that of the open turn. */
  get fetchBytesWaiting(): number {
    return this.turn.fetchBytes + this.#pending.fetchBytes;
  }
  /** True if a callback is due: of an interrupt, or of a future that has completed. */
  get hasCallback(): boolean {
    return this.futures.hasCallback || (this.mailbox.hasInterrupt && !this.interrupts.masked);
  }
  /** True if nothing would be lost or delayed by forgetting the object. */
  get idle(): boolean {
    return this.mailbox.empty && this.peers.idle;
  }

  // ---- What arrives

  /**
   * Takes what a peer sent, or throws. Nothing of it is acknowledged before the next flush. Returns true if the guest may have
   * something to do with it: that frames were acknowledged is nothing to it.
   */
  onBatch(batch: Batch, nowMs: number): boolean {
    const read = new Map(batch.frames.map((frame) => [frame, startsOf(frame)]));
    const { frames, undeliverable } = this.peers.onBatch(batch, nowMs, roomKeeper(this.mailbox, this.peers));
    for (const frame of frames) this.#acceptFrame(frame, read.get(frame));
    for (const item of undeliverable) this.#onUndeliverable(item, nowMs);
    return frames.length > 0 || undeliverable.length > 0;
  }

  /** Puts an envelope from outside the atoms into the mailbox; BUSY if it is full, TOO_LARGE if no row takes it. Returns its position. */
  deliver(envelope: (position: number) => Envelope): number | Failure {
    const made = envelope(this.mailbox.nextPosition);
    if (made.kind === "interrupt" ? this.mailbox.interruptsFull : this.mailbox.full) {
      return failure("BUSY", `The mailbox of ${this.settings.self} is full.`);
    }
    const body = encodeEnvelopes([made]);
    if (body.length > FRAME_BODY_BYTES_MAX)
      return failure("TOO_LARGE", `The message has ${body.length} bytes; ${FRAME_BODY_BYTES_MAX} are the most.`);
    this.counters.received += 1;
    const position = this.mailbox.nextPosition;
    this.mailbox.accept("", body);
    return position;
  }

  /** What an `Idempotency-Key` means now. */
  lookupKey(key: string): KeyState {
    return this.idempotency.lookup(key);
  }

  // ---- What the guest does in its turn

  kvGet(key: string): Uint8Array | undefined {
    return readKey([this.turn.kv, this.#pending.kv], this.#store, key);
  }

  kvScan(range: KeyRange): Iterable<KvEntry> {
    return scanRange([this.turn.kv, this.#pending.kv], this.#store, range);
  }

  /** Queues an envelope for a peer, or says why it cannot be. Its bytes are copied. */
  send(to: GlobalName, channel: ChannelClass, envelope: Envelope): Failure | undefined {
    const runs = this.#runsTo(to, channel);
    if (!runs) return busy(to);
    this.turn.outgoing.add(runs, envelope);
    return undefined;
  }

  /** Queues a one-way message, its payload copied from `source`. */
  sendMessage(to: GlobalName, source: DataView, start: number, bytes: number): Failure | undefined {
    const runs = this.#runsTo(to, "mail");
    if (!runs) return busy(to);
    this.turn.outgoing.addMessage(runs, source, start, bytes);
    return undefined;
  }

  /** How many more one-way messages the turn may send there, and how many bytes. */
  roomFor(to: GlobalName): Load {
    const { messages, bytes, room } = this.#waitingFor(to, "mail");
    return { messages: room.messages - messages, bytes: room.bytes - bytes };
  }

  /** Queues one-way messages that are encoded and for which there is room. */
  sendEncoded(to: GlobalName, count: number, bytes: Uint8Array): void {
    this.turn.outgoing.addEncoded(this.#waitingFor(to, "mail"), count, bytes);
  }

  /** Sends a request; its future's id, or why it cannot be sent. `chain`: who waits for the current message. */
  request(to: GlobalName, payload: Uint8Array, chain: readonly ChainLink[], deadlineMs: number): number | Failure {
    if (chain.length >= CHAIN_LENGTH_MAX) {
      return failure(
        "TOO_LARGE",
        `${chain.length} atoms wait for each other already; more than ${CHAIN_LENGTH_MAX} are refused.`,
      );
    }
    const id = this.futures.create("request", deadlineMs, to);
    if (typeof id !== "number") return id;
    const link: ChainLink = { atom: this.settings.self, request: id };
    const refused = this.send(to, "mail", { kind: "request", id, chain: [...chain, link], payload });
    if (!refused) return id;
    this.futures.complete(id, { kind: "failed", failure: refused });
    this.futures.claim(id);
    return refused;
  }

  /** Answers an open request; the request is closed for the guest at once, for the world with the turn. */
  answer(request: OpenRequest, answer: Answer): void {
    if (!this.turn.answers.has(request.token)) this.turn.answers.set(request.token, { request, answer });
  }

  /** The same for a reply, which may be large: BUSY, and the request stays open, if the asker does not take its replies. */
  reply(request: OpenRequest, payload: Uint8Array): Failure | undefined {
    if (!this.#takesReply(request))
      return failure("BUSY", `${request.asker} does not take its replies: their queue is full.`);
    this.turn.replyBytes += payload.length;
    this.answer(request, { kind: "reply", payload });
    return undefined;
  }

  /** The open request of a token, unless this turn has answered it. */
  openRequest(token: number): OpenRequest | undefined {
    return this.turn.answers.has(token) ? undefined : this.requests.get(token);
  }

  takeToken(token: number): Failure | undefined {
    if (this.requests.count > OPEN_REQUESTS_MAX) {
      return failure("BUSY", `The atom owes ${OPEN_REQUESTS_MAX} answers; it has to give some first.`);
    }
    this.turn.tokensTaken.add(token);
    return undefined;
  }

  /** True if the guest asked for the token of an open request, in this turn or before. */
  isTaken(token: number): boolean {
    return this.turn.tokensTaken.has(token) || (this.requests.get(token)?.taken ?? false);
  }

  changeAlias(kind: "add" | "remove", scope: string, value: string): Failure | undefined {
    const wrong = checkAlias(scope, value);
    if (wrong) return wrong;
    const draft = this.turn.aliases ?? this.#draftAliases();
    const refused = draft.refuse({ kind, scope, value });
    if (refused) return refused;
    draft.apply({ kind, scope, value });
    this.turn.aliases = draft;
    return undefined;
  }

  /** The naming replica knows a newer revision: this store was lost since. The next revision outranks that one. */
  outrankAliases(revision: number): void {
    this.#setAliases({ ...this.#aliases, revision: revision + 1 });
  }

  // ---- Delivery

  takeMessage(): MessageMail | undefined {
    return this.#delivered(this.mailbox.takeMessage());
  }

  /** A request whose chain of waiting atoms holds one of this atom's own `open` requests. */
  takeReentrant(open: Pick<ReadonlySet<number>, "has">): MessageMail | undefined {
    return this.#delivered(this.mailbox.takeReentrant(open));
  }

  takeInterrupt(): InterruptMail | undefined {
    return this.mailbox.takeInterrupt();
  }

  // ---- Commit

  commitTurn(): void {
    const { turn } = this;
    if (turn.empty) return;
    this.counters.turns += 1;
    for (const [key, value] of turn.kv) this.#pending.kv.set(key, value);
    for (const token of turn.tokensTaken) this.requests.take(token);
    for (const { request, answer } of turn.answers.values()) this.#route(request, answer);
    for (const mail of turn.consumed) this.#consume(mail);
    for (const runs of turn.outgoing.take()) this.#dispatch(runs);
    this.#pending.aliases = turn.aliases ?? this.#pending.aliases;
    for (const act of turn.afterCommit) this.#pending.afterCommit.push(act);
    this.#pending.fetchBytes += turn.fetchBytes;
    turn.clear();
  }

  /** The same for several turns at once, in which the next `messages` of the mailbox, one-way ones all, were handled. */
  commitTurns(turns: number, messages: number): void {
    const before = this.counters.turns;
    this.mailbox.consumeNext(messages);
    this.counters.consumed += messages;
    this.supervisor.onProgress();
    this.commitTurn();
    this.counters.turns = before + turns;
  }

  dropTurn(): void {
    this.turn.clear();
  }

  /**
   * Writes everything that is pending, if any of it has to be durable now or `all` is asked for; throws if the store
   * fails, and then the object has to start anew.
   */
  flush(nowMs: number, all = false): Released {
    if (this.peers.refusing && this.mailbox.roomy) this.peers.resume();
    this.#collect(this.mailbox.changes());
    this.#collect(this.requests.changes());
    this.#collect(this.idempotency.changes());
    this.#collect(this.#deadLetters.changes());
    if (this.#turnsVolatile) this.#turnVolatile();
    if (!all && !this.#mustCommit(nowMs)) return NOTHING_RELEASED;
    const pending = this.#pending;
    this.peers.enqueue(pending.outgoing);
    if (pending.aliases) this.#setAliases(pending.aliases.finish(this.#aliases.revision + 1));
    this.#reserveIds();
    for (const [key, value] of pending.kv) this.#changes.push({ kind: "kv", key, value });
    this.#collect(this.peers.changes());
    const released = { answers: this.#released, afterCommit: pending.afterCommit.slice() };
    this.#write(this.#changes);
    this.#changes = [];
    this.#released = [];
    pending.clear();
    return released;
  }

  // ---- Supervision

  /**
   * The instance is lost: its turn is dropped, what it held is put back. `blamed` is the mail that it worked on; after
   * `attemptsMax` traps that goes to the dead letters.
   */
  onTrap(text: string, blamed: Mail | null, nowMs: number): Aftermath {
    this.dropTurn();
    const blame = blamed && this.mailbox.holds(blamed) ? this.#blame(blamed, text, nowMs) : null;
    const restartAtMs = this.supervisor.onTrap(text, blame, nowMs);
    for (const mail of this.mailbox.held) if (mail !== blamed) this.#weighBystander(mail, text, nowMs);
    this.#changes.push({ kind: "state", name: "trap", value: JSON.stringify(this.supervisor.lastTrap) });
    this.#endInstance("The atom trapped before it answered.");
    return { restartAtMs, blame };
  }

  /** The instance was stopped on purpose, or is to be replaced. */
  onStop(): void {
    this.dropTurn();
    this.#endInstance("The atom was restarted before it answered.");
  }

  /** `moduleHash`: the daemon of that module returned from `invoke`; null: it may run (again). */
  setEnded(moduleHash: string | null): void {
    if (this.#ended === moduleHash) return;
    this.#ended = moduleHash;
    this.#changes.push({ kind: "state", name: "ended", value: moduleHash ?? "" });
  }

  /** The atom's state is that module's from here on. */
  setVersion(moduleHash: string): void {
    this.#version = moduleHash;
    this.#changes.push({ kind: "state", name: "version", value: moduleHash });
  }

  /** Fails every request that waits in the mailbox: nobody will ever serve it. */
  refuseRequests(reason: Failure): void {
    for (const mail of this.mailbox.takeRequests()) {
      this.requests.deliver(mail);
      const request = this.requests.get(mail.position);
      if (request) this.answer(request, { kind: "failure", failure: reason });
      this.turn.consumed.push(mail);
    }
    this.commitTurn();
  }

  // ---- Dead letters

  deadLetters(after: number, limit: number): DeadLetter[] {
    return this.#deadLetters.list(after, limit);
  }

  deadLetter(id: number): DeadLetter | undefined {
    return this.#deadLetters.get(id);
  }

  dropDeadLetter(id: number): void {
    this.#deadLetters.drop(id);
  }

  /** Delivers a dead letter once more, as a new message, and drops it; BUSY if there is no room for it. */
  redeliver({ id, direction, peer, body }: DeadLetter): Failure | undefined {
    const envelope = decodeEnvelopes(body)[0] as Envelope;
    const channel = envelope.kind === "interrupt" ? "interrupt" : "mail";
    const to = direction === "in" || peer === "" ? this.settings.self : peer;
    if (!fits(this.turn.outgoing.load(to, channel), this.#roomTo(to, channel))) return busy(to);
    if (to === this.settings.self) this.mailbox.accept(peer, body);
    else this.#post(to, channel, envelope);
    this.dropDeadLetter(id);
    return undefined;
  }

  /** What somebody outside the guest reads: nothing of its open turn, which may never be committed. */
  getFromOutside(key: string): Uint8Array | undefined {
    return readKey([this.#pending.kv], this.#store, key);
  }

  scanFromOutside(range: KeyRange): Iterable<KvEntry> {
    return scanRange([this.#pending.kv], this.#store, range);
  }

  /** Writes a key from outside the guest; the open turn of the guest has its own view. */
  putFromOutside(key: string, value: Uint8Array | null): void {
    this.#pending.kv.set(key, value);
  }

  // ---- Internals

  /** A frame that came ahead of its turn is read again in its turn. */
  #acceptFrame(frame: Frame, starts = startsOf(frame)): void {
    this.counters.received += frame.count;
    this.#arrive(frame.from, frame.channel, keepable(frame.body), starts);
  }

  /** Replies complete their futures on arrival: they wait in the instance, not in the mailbox. */
  #arrive(from: GlobalName, channel: ChannelClass, body: Uint8Array, starts?: readonly number[]): void {
    if (channel === "reply") for (const envelope of decodeEnvelopes(body)) this.#answered(from, envelope);
    else this.mailbox.accept(from, body, starts);
  }

  #answered(from: GlobalName, envelope: Envelope): void {
    const { futures } = this;
    if (envelope.kind === "reply") futures.answer(envelope.id, from, { kind: "completed", payload: envelope.payload });
    if (envelope.kind === "failure")
      futures.answer(envelope.id, from, { kind: "failed", failure: failure(envelope.code, envelope.reason) });
  }

  #onUndeliverable({ peer, envelopes }: Undeliverable, nowMs: number): void {
    const reason = `There is no atom ${peer}.`;
    for (const envelope of envelopes) {
      this.counters.undeliverable += 1;
      if (envelope.kind === "request") {
        this.futures.complete(envelope.id, { kind: "failed", failure: failure("NOT_FOUND", reason) });
      } else if (envelope.kind === "message" || envelope.kind === "interrupt") {
        this.#bury("out", peer, envelope, reason, nowMs);
      }
    }
  }

  #delivered(mail: MessageMail | undefined): MessageMail | undefined {
    if (mail) this.requests.deliver(mail);
    return mail;
  }

  #consume(mail: Mail): void {
    this.counters.consumed += 1;
    this.mailbox.consume(mail);
    if (mail.kind !== "message") this.requests.consume(mail.position);
    this.supervisor.onProgress();
  }

  #route(request: OpenRequest, answer: Answer): void {
    this.requests.close(request.token);
    if (request.asker === "") {
      this.idempotency.end(request.token, answer);
      this.#released.push({ position: request.token, answer });
      return;
    }
    this.#post(request.asker, "reply", replyTo(request, answer));
  }

  /** What an atom sends to itself is in its mailbox with the same commit; everything else goes by a link. */
  #dispatch(runs: OutgoingRuns): void {
    const { to, channel } = runs;
    this.counters.sent += runs.messages;
    if (to !== this.settings.self) return this.#pending.outgoing.absorb(runs);
    this.counters.received += runs.messages;
    for (const { body } of runs.take()) this.#arrive(to, channel, body);
  }

  /** Sends an envelope that belongs to no turn, or to one that is being committed. */
  #post(to: GlobalName, channel: ChannelClass, envelope: Envelope): void {
    this.counters.sent += 1;
    if (to === this.settings.self) return this.#arrive(to, channel, encodeEnvelopes([envelope]));
    const { outgoing } = this.#pending;
    outgoing.add(outgoing.runs(to, channel), envelope);
  }

  #collect(changes: readonly Change[]): void {
    for (const change of changes) this.#changes.push(change);
  }

  /** What was accepted while the atom was durable is handled, and what that sent has arrived, before its store forgets of channels. */
  #turnVolatile(): void {
    if (!this.mailbox.empty || this.peers.unacknowledged > 0 || !this.#pending.outgoing.empty) return;
    this.#turnsVolatile = false;
    this.mailbox.forgoStore();
    this.peers.forgoStore();
    this.#changes.push(durabilityChange("volatile"));
  }

  #mustCommit(nowMs: number): boolean {
    const owed = this.#changes.length > 0 || this.#released.length > 0 || !this.#pending.empty;
    return owed || this.peers.mustCommit(nowMs);
  }

  #write(changes: readonly Change[]): void {
    if (changes.length > 0) {
      this.#store.commit(changes);
      this.counters.commits += 1;
    }
    // A volatile atom writes nothing of its channels: there, to have is to have committed.
    this.peers.markCommitted();
    this.idempotency.markCommitted();
  }

  #blame(mail: Mail, text: string, nowMs: number): Blame {
    mail.traps += 1;
    const { position, traps } = mail;
    if (traps < this.settings.attemptsMax) return { position, traps, buried: false };
    this.#giveUp(mail, `It trapped the atom ${traps} times. The last trap: ${text}`, text, nowMs);
    return { position, traps, buried: true };
  }

  /** A message that makes others trap its atom, new ones each time, is never to blame itself, and would come for ever. */
  #weighBystander(mail: Mail, text: string, nowMs: number): void {
    if (mail.attempt < this.settings.attemptsMax * BYSTANDER_ATTEMPTS) return;
    this.#giveUp(mail, `It was tried ${mail.attempt} times and never handled. The last trap: ${text}`, text, nowMs);
  }

  #giveUp(mail: Mail, reason: string, text: string, nowMs: number): void {
    this.#bury("in", mail.from, mail.envelope, reason, nowMs);
    const request = this.requests.get(mail.position);
    if (request) this.#route(request, { kind: "failure", failure: failure("REMOTE", text) });
    this.mailbox.consume(mail);
  }

  #bury(direction: "in" | "out", peer: GlobalName | "", envelope: Envelope, reason: string, nowMs: number): void {
    this.counters.deadLetters += 1;
    if (this.#deadLetters.bury(envelope, { atMs: nowMs, direction, peer, reason }))
      this.counters.deadLettersDropped += 1;
  }

  #endInstance(reason: string): void {
    this.mailbox.putBack();
    this.#abandonRequests(reason);
    this.futures = new Futures(this.futures.nextId);
    this.interrupts = new Interrupts();
  }

  #abandonRequests(reason: string): void {
    for (const request of this.requests.abandon())
      this.#route(request, { kind: "failure", failure: failure("REMOTE", reason) });
  }

  #draftAliases(): AliasDraft {
    const now = this.#pending.aliases?.finish(0) ?? this.#aliases;
    return new AliasDraft(now, this.settings.hasConfiguredAlias);
  }

  #setAliases(aliases: AliasDelta): void {
    this.#aliases = aliases;
    this.#changes.push({ kind: "state", name: "aliases", value: JSON.stringify(aliases) });
  }

  #reserveIds(): void {
    const next = Math.max(this.mailbox.nextPosition, this.futures.nextId - this.epoch);
    if (next <= this.#idsReserved) return;
    this.#idsReserved = next + IDS_RESERVED;
    this.#changes.push({ kind: "state", name: "ids", value: String(this.#idsReserved) });
  }

  /** What the turn sends there, if the queue that it goes to takes one more. */
  #runsTo(to: GlobalName, channel: ChannelClass): OutgoingRuns | undefined {
    const runs = this.#waitingFor(to, channel);
    return fits(runs, runs.room) ? runs : undefined;
  }

  #waitingFor(to: GlobalName, channel: ChannelClass): OutgoingRuns {
    const runs = this.turn.outgoing.runs(to, channel);
    // During a turn nothing else fills the queue.
    if (runs.messages === 0) runs.room = this.#roomTo(to, channel);
    return runs;
  }

  /** How much more the queue takes over what is pending for it. */
  #roomTo(to: GlobalName, channel: ChannelClass): Load {
    if (to === this.settings.self) return channel === "interrupt" ? this.mailbox.interruptRoom : this.mailbox.room;
    return this.peers.room(to, channel, this.#pending.outgoing.load(to, channel));
  }

  /** Replies to atoms go into their outbox with the turn; until then they count as if all of the turn went to one asker. */
  #takesReply({ asker, token }: OpenRequest): boolean {
    if (asker === "" || asker === this.settings.self || this.turn.answers.has(token)) return true;
    return fits({ messages: this.turn.answers.size, bytes: this.turn.replyBytes }, this.#roomTo(asker, "reply"));
  }
}

function busy(to: GlobalName): Failure {
  return failure("BUSY", `${to} does not keep up: its queue is full.`);
}

function replyTo(request: OpenRequest, answer: Answer): Envelope {
  if (answer.kind === "failure") return { kind: "failure", id: request.request, ...answer.failure };
  return { kind: "reply", id: request.request, payload: answer.payload };
}

function parseState<T>(text: string | undefined): T | undefined {
  return text ? (JSON.parse(text) as T) : undefined;
}
