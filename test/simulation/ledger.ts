/**
 * What a run has done so far, seen from outside: every message with its fate, every request with its outcome. The
 * scripts note what they do in the turn that does it, and a turn counts from the store commit that holds its mark on.
 */
import type { GlobalName } from "../../durable/core/names.ts";
import type { AtomIndex, ScriptId } from "./plan.ts";

export type Uid = number;
export type MailClass = "message" | "request" | "interrupt";
/** Where a message comes from: an atom, or the outside. */
export const OUTSIDE = -1;

/** One incarnation of an atom is one store of a durable atom, one object of a volatile one. */
export type IncarnationId = number;

export interface Delivery {
  readonly incarnation: IncarnationId;
  readonly life: number;
  readonly attempt: number;
  /** `blocked`: it went on over a blocking call; `stored`: and over a commit, so that a later delivery is a further attempt. */
  state: "begun" | "blocked" | "stored";
}

export interface Mail {
  readonly uid: Uid;
  readonly class: MailClass;
  /** An atom, or OUTSIDE. */
  readonly from: number;
  readonly to: AtomIndex;
  readonly script: ScriptId | null;
  /** Set with the commit of the turn that sent it, or when it was accepted from outside. */
  sent: { readonly order: number; readonly fromChanges: number; readonly toChanges: number } | null;
  lastDelivery: Delivery | null;
  /** True once it was taken out of its order: should that delivery be cut short, it comes again behind later ones. */
  wasReentrant: boolean;
  /** Deliveries to the receiver's latest incarnation. */
  deliveries: number;
  /** Incarnations of the receiver that consumed it. */
  readonly consumed: Set<IncarnationId>;
  /** In the dead letters of its sender or its receiver. */
  buried: boolean;
}

export type Outcome =
  | { readonly kind: "reply"; readonly answer: Uid }
  | { readonly kind: "failed"; readonly code: string; readonly reason: string };

export interface Request {
  readonly mail: Mail;
  readonly instance: number;
  readonly future: number;
  readonly deadlineMs: number;
  /** Atoms that waited for the asker, the asker included: its receiver being one of them may mean DEADLOCK. */
  readonly chain: ReadonlySet<AtomIndex>;
  cancelled: boolean;
  outcome: Outcome | null;
}

export interface Answer {
  readonly uid: Uid;
  readonly request: Uid;
  readonly by: AtomIndex;
  readonly incarnation: IncarnationId;
  committed: boolean;
}

export type Fact =
  | { readonly kind: "sent"; readonly mail: Mail; readonly to: GlobalName }
  | { readonly kind: "consumed"; readonly mail: Mail; readonly inOrder: boolean }
  | { readonly kind: "answered"; readonly answer: Answer; readonly asker: GlobalName | "" }
  | { readonly kind: "put"; readonly key: string; readonly value: string | null }
  | { readonly kind: "migrated"; readonly version: number }
  | { readonly kind: "alias"; readonly value: string; readonly present: boolean };

/** One turn of a script, or a part of one. */
export interface TurnFacts {
  readonly id: number;
  /** The number that the atom's own counter has after this turn. */
  readonly count: number;
  readonly facts: Fact[];
}

export class Ledger {
  readonly mails: Mail[] = [];
  readonly requests = new Map<Uid, Request>();
  readonly answers = new Map<Uid, Answer>();
  readonly turns = new Map<number, TurnFacts>();
  #next = 1;

  newMail(kind: MailClass, from: number, to: AtomIndex, script: ScriptId | null): Mail {
    const uid = this.mails.length;
    const mail: Mail = {
      ...{
        uid,
        class: kind,
        from,
        to,
        script,
        sent: null,
        lastDelivery: null,
        deliveries: 0,
        consumed: new Set<IncarnationId>(),
      },
      ...{ buried: false, wasReentrant: false },
    };
    this.mails.push(mail);
    return mail;
  }

  newAnswer(request: Uid, by: AtomIndex, incarnation: IncarnationId): Answer {
    const answer = { uid: this.#next++, request, by, incarnation, committed: false };
    this.answers.set(answer.uid, answer);
    return answer;
  }

  newTurn(count: number): TurnFacts {
    const turn: TurnFacts = { id: this.#next++, count, facts: [] };
    this.turns.set(turn.id, turn);
    return turn;
  }
}
