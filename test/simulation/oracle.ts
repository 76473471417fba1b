/**
 * Judges a run from outside, by what the stores were told and what the scripts saw. It knows nothing of how the runtime
 * does it.
 *
 * Promised, and checked here
 * 1. A message is seen only after the turn that sent it was committed; by the atom that sent it, after its turn.
 * 2. One incarnation of a receiver consumes a message once, and the messages of one sender in the order they were sent
 *    (re-entrant requests are taken out of order: that is what they are for).
 * 3. A turn's effects are in one commit: its writes, its mark, the messages and answers that it sent.
 * 4. Turns are committed in order, each on top of the one before: the counter that each reads and writes never skips.
 * 5. A message that comes again says so: its attempt is higher, if the store could know of the earlier one.
 * 6. A request has one answer from one incarnation of its receiver, and one outcome; a reply is one that was committed;
 *    TIMEOUT comes no earlier than the deadline, CANCELLED and DEADLOCK only where there is a reason.
 * 7. Every turn is one of the version that the state belongs to: each that follows another one has migrated once before.
 * 8. At the end every message between incarnations that lived on was consumed or is a dead letter, and every request of
 *    an instance that lives has its outcome.
 *
 * Not promised, and not asked for: messages of or for a volatile atom whose object was forgotten, or an atom whose store
 * was lost, may be lost, or come again to the next incarnation; a request whose receiver consumed it and was forgotten
 * fails with REMOTE; what was sent to an atom that is back, behind what it missed while it was gone, may fail with that;
 * turns of one `invoke` that were committed before a crash stay, and run again with a higher attempt.
 */
import type { AtomIndex } from "./plan.ts";
import type { Answer, Fact, IncarnationId, Ledger, Mail, Outcome, Request, TurnFacts, Uid } from "./ledger.ts";
import { OUTSIDE } from "./ledger.ts";

/** Every simulated atom's, in the scope of the simulation. */
export const CONFIGURED_ALIASES: readonly string[] = ["0"];

/** What the oracle has to know of an atom. */
export interface AtomView {
  readonly index: AtomIndex;
  readonly name: string;
  readonly persistent: boolean;
  /** Grows with each change of incarnation, and when there comes to be none. */
  readonly changes: number;
  readonly incarnation: IncarnationId;
  /** Of its module. */
  readonly version: number;
  /** How often its object has begun. */
  readonly lives: number;
  /** True if it was missing, or lost its store, at any time so far. */
  readonly wasFragile: boolean;
}

/** What the store of one incarnation of an atom holds, as far as scripts wrote it. */
interface Account {
  count: number;
  /** Whose state it is; undefined before the first turn. */
  version: number | undefined;
  readonly values: Map<string, string>;
  readonly turns: Set<number>;
}

export class Oracle {
  readonly ledger: Ledger;
  readonly #atoms: readonly AtomView[];
  readonly #violated: (text: string) => void;
  readonly #now: () => number;
  #order = 0;
  readonly #lastConsumed = new Map<string, number>();
  readonly #answered = new Map<string, Answer>();
  readonly #accounts = new Map<AtomIndex, Account>();
  readonly #aliases = new Map<AtomIndex, Set<string>>();

  constructor(ledger: Ledger, atoms: readonly AtomView[], now: () => number, violated: (text: string) => void) {
    this.ledger = ledger;
    this.#atoms = atoms;
    this.#now = now;
    this.#violated = violated;
  }

  // ---- What scripts see

  onDelivery(mail: Mail, by: AtomView, life: number, attempt: number, from: string): void {
    const what = this.#shown(mail);
    if (!mail.sent && mail.from !== OUTSIDE && mail.from !== by.index)
      this.#violated(`${what} was seen before it was committed`);
    if (mail.to !== by.index) this.#violated(`${what} came to ${by.name}`);
    if (from !== this.#nameOf(mail.from)) this.#violated(`${what} says that it is from ${from}`);
    if (mail.consumed.has(by.incarnation)) this.#violated(`${what} came again after ${by.name} had consumed it`);
    this.#checkAttempt(mail, by, life, attempt);
    mail.deliveries = mail.lastDelivery?.incarnation === by.incarnation ? mail.deliveries + 1 : 1;
    mail.lastDelivery = { incarnation: by.incarnation, life, attempt, state: "begun" };
  }

  onOutcome(request: Request, outcome: Outcome): void {
    const what = `request ${this.#shown(request.mail)}`;
    if (request.outcome) this.#violated(`${what} has a second outcome, ${JSON.stringify(outcome)}`);
    request.outcome = outcome;
    if (outcome.kind === "reply") this.#checkReply(request, outcome.answer);
    else this.#checkFailure(request, outcome.code, outcome.reason);
  }

  // ---- What stores are told

  onTurn(atom: AtomView, turn: TurnFacts): void {
    const account = this.#accountOf(atom.index);
    if (turn.count !== account.count + 1)
      this.#violated(`turn ${turn.id} of ${atom.name} counts ${turn.count} on top of ${account.count}`);
    account.count = turn.count;
    if (account.turns.has(turn.id)) this.#violated(`turn ${turn.id} of ${atom.name} was committed twice`);
    account.turns.add(turn.id);
    for (const fact of turn.facts) this.#apply(atom, account, fact);
    account.version ??= atom.version;
    if (account.version !== atom.version)
      this.#violated(
        `turn ${turn.id} of ${atom.name} is one of version ${atom.version} on the state of ${account.version}`,
      );
  }

  /** What the store holds now; it was made anew, or is looked at. */
  checkStore(atom: AtomView, entries: Iterable<readonly [string, string]>, turnPrefix: string, countKey: string): void {
    const account = this.#accountOf(atom.index);
    const left = new Map(account.values);
    let turns = 0;
    let count = 0;
    for (const [key, value] of entries) {
      if (key.startsWith(turnPrefix)) turns += 1;
      else if (key === countKey) count = Number(value);
      else if (left.get(key) !== value)
        this.#violated(`${atom.name} has ${key} = ${value}, not ${left.get(key) ?? "nothing"}`);
      left.delete(key);
    }
    for (const key of left.keys()) this.#violated(`${atom.name} has lost ${key}`);
    if (turns !== account.turns.size || count !== account.count)
      this.#violated(
        `${atom.name} has ${turns} turns and counts ${count}, not ${account.turns.size} and ${account.count}`,
      );
  }

  onStoreLost(atom: AtomIndex): void {
    this.#accounts.delete(atom);
    this.#aliases.delete(atom);
  }

  onAccepted(mail: Mail): void {
    if (!mail.sent) this.#markSent(mail);
  }

  onBuried(uid: Uid): void {
    const mail = this.ledger.mails[uid];
    if (mail) mail.buried = true;
  }

  // ---- At the end

  /** `isLiving`: of an instance. `isKnown`: the instance still holds the future of the request, incomplete. */
  checkEnd(isLiving: (instance: number) => boolean, isPending: (request: Request) => boolean): void {
    for (const mail of this.ledger.mails) if (mail.sent) this.#checkFate(mail);
    for (const request of this.ledger.requests.values()) {
      if (request.outcome || !isLiving(request.instance) || !isPending(request)) continue;
      this.#violated(`request ${this.#shown(request.mail)} has not ended`);
    }
  }

  #checkFate(mail: Mail): void {
    const { sent, from, to, buried, consumed } = mail;
    if (!sent || buried || consumed.size > 0) return;
    const receiver = this.#atoms[to] as AtomView;
    const sender = this.#atoms[from];
    if (receiver.changes !== sent.toChanges || (sender && sender.changes !== sent.fromChanges)) return;
    if (mail.class === "request" && from !== OUTSIDE && this.#mayBeRefused(mail)) return;
    this.#violated(`${this.#shown(mail)} is lost`);
  }

  /** A request that the runtime itself answers is consumed without a script. */
  #mayBeRefused(mail: Mail): boolean {
    const request = this.ledger.requests.get(mail.uid);
    return request !== undefined && request.chain.has(mail.to);
  }

  // ---- Facts

  #apply(atom: AtomView, account: Account, fact: Fact): void {
    switch (fact.kind) {
      case "sent":
        return this.#markSent(fact.mail);
      case "consumed":
        return this.#consume(atom, fact.mail, fact.inOrder);
      case "answered":
        return this.#onAnswer(fact.answer);
      case "put":
        if (fact.value === null) account.values.delete(fact.key);
        else account.values.set(fact.key, fact.value);
        return;
      case "migrated":
        if (account.version === fact.version) this.#violated(`${atom.name} migrated to version ${fact.version} twice`);
        account.version = fact.version;
        return;
      case "alias": {
        const aliases = this.aliasesOf(atom.index);
        if (fact.present) aliases.add(fact.value);
        else aliases.delete(fact.value);
        return;
      }
    }
  }

  #markSent(mail: Mail): void {
    const sender = this.#atoms[mail.from];
    mail.sent = {
      order: this.#order++,
      fromChanges: sender?.changes ?? 0,
      toChanges: (this.#atoms[mail.to] as AtomView).changes,
    };
  }

  #consume(atom: AtomView, mail: Mail, inOrder: boolean): void {
    const what = this.#shown(mail);
    if (mail.consumed.has(atom.incarnation)) this.#violated(`${what} was consumed twice by ${atom.name}`);
    mail.consumed.add(atom.incarnation);
    if (!inOrder || mail.from === OUTSIDE || !mail.sent) return;
    const pair = `${mail.from} ${atom.incarnation}`;
    const last = this.#lastConsumed.get(pair) ?? -1;
    if (mail.sent.order <= last) this.#violated(`${what} was consumed out of its order`);
    this.#lastConsumed.set(pair, mail.sent.order);
  }

  #onAnswer(answer: Answer): void {
    answer.committed = true;
    // A volatile atom may have kept the token of an earlier incarnation in its store, and get the request once more.
    if (!(this.#atoms[answer.by] as AtomView).persistent) return;
    const key = `${answer.request} ${answer.incarnation}`;
    // The turns of an earlier attempt stay, the answer that one of them gave among them.
    const again = (this.ledger.mails[answer.request]?.deliveries ?? 0) > 1;
    if (this.#answered.has(key) && !again) this.#violated(`request ${answer.request} was answered twice`);
    if (!this.#answered.has(key)) this.#answered.set(key, answer);
  }

  #checkReply(request: Request, uid: Uid): void {
    const answer = this.ledger.answers.get(uid);
    const what = `request ${this.#shown(request.mail)}`;
    if (!answer) return this.#violated(`${what} has the answer ${uid}, which nobody gave`);
    if (answer.request !== request.mail.uid) this.#violated(`${what} has the answer to ${answer.request}`);
    if (!answer.committed && answer.by !== request.mail.from)
      this.#violated(`${what} has an answer that was not committed`);
  }

  #checkFailure(request: Request, code: string, reason: string): void {
    const what = `request ${this.#shown(request.mail)}`;
    const receiver = this.#atoms[request.mail.to] as AtomView;
    const why = `${what} ended with ${code} (${reason})`;
    switch (code) {
      case "TIMEOUT":
        if (this.#now() < request.deadlineMs) this.#violated(`${why}, too early`);
        return;
      case "CANCELLED":
        if (!request.cancelled) this.#violated(why);
        return;
      case "DEADLOCK":
        if (!request.chain.has(receiver.index)) this.#violated(why);
        return;
      case "NOT_FOUND":
        if (!receiver.wasFragile) this.#violated(why);
        return;
      case "REMOTE": {
        // What was committed is what the asker has to get, if the atom that answered is the one that was asked.
        const answer = this.#answered.get(`${request.mail.uid} ${receiver.incarnation}`);
        if (answer && receiver.persistent && receiver.changes === request.mail.sent?.toChanges)
          this.#violated(`${why}, and ${receiver.name} had committed an answer`);
        return;
      }
      default:
        this.#violated(why);
    }
  }

  #checkAttempt(mail: Mail, by: AtomView, life: number, attempt: number): void {
    const last = mail.lastDelivery;
    const what = `${this.#shown(mail)}, attempt ${attempt},`;
    const exact = !this.#mayBeRefused(mail);
    if (!last || last.incarnation !== by.incarnation) {
      // An earlier life may have noted that it is about to deliver it, and died before the script saw it.
      if (exact && attempt > by.lives) this.#violated(`${what} was never delivered before`);
      return;
    }
    if (last.life === life && (exact ? attempt !== last.attempt + 1 : attempt <= last.attempt))
      this.#violated(`${what} was delivered before as attempt ${last.attempt}`);
    const least = last.state === "stored" ? last.attempt + 1 : 1;
    if (by.persistent && attempt < least) this.#violated(`${what} was delivered before as attempt ${last.attempt}`);
  }

  /** The aliases that the atom has, by its committed turns. */
  aliasesOf(atom: AtomIndex): Set<string> {
    let aliases = this.#aliases.get(atom);
    if (!aliases) this.#aliases.set(atom, (aliases = new Set(CONFIGURED_ALIASES)));
    return aliases;
  }

  #accountOf(atom: AtomIndex): Account {
    let account = this.#accounts.get(atom);
    if (!account)
      this.#accounts.set(atom, (account = { count: 0, version: undefined, values: new Map(), turns: new Set() }));
    return account;
  }

  #nameOf(atom: number): string {
    return atom === OUTSIDE ? "" : (this.#atoms[atom]?.name ?? "?");
  }

  #shown({ uid, class: kind, from, to }: Mail): string {
    return `${kind} ${uid} (${from === OUTSIDE ? "outside" : this.#nameOf(from)} -> ${this.#nameOf(to)})`;
  }
}
