/**
 * The world outside of the atoms: it submits messages and asks requests, and, where it has an idempotency key, tries
 * again until it is told that it worked.
 */
import type { Submission } from "../../durable/atom-session.ts";
import type { Answer } from "../../durable/core/answer.ts";
import type { Envelope } from "../../durable/core/envelope.ts";
import type { Ledger, Mail } from "./ledger.ts";
import { OUTSIDE } from "./ledger.ts";
import { answerOfFailure, numberAt, numbersToBytes } from "./payload.ts";
import type { ScriptId } from "./plan.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Life, SimObject } from "./sim-object.ts";
import { SIGNAL } from "./scripted-guest.ts";

const RETRY_MS = 300;
const TRIES_MAX = 400;
const ASK_MS = 20_000;

export interface ClientWorld {
  readonly scheduler: Scheduler;
  readonly ledger: Ledger;
  onAccepted(mail: Mail): void;
  violated(text: string): void;
  trace(text: string): void;
}

type Kind = "submit" | "signal" | "ask";

/** One message or request from outside. */
interface Errand {
  readonly kind: Kind;
  readonly mail: Mail;
  readonly to: SimObject;
  readonly key: string | undefined;
  tries: number;
}

export class Clients {
  readonly #world: ClientWorld;
  /** Errands that are not at their end. */
  readonly open = new Set<Errand>();

  constructor(world: ClientWorld) {
    this.#world = world;
  }

  begin(kind: Kind, to: SimObject, script: ScriptId, keyed: boolean): void {
    const classes = { submit: "message", signal: "interrupt", ask: "request" } as const;
    const mail = this.#world.ledger.newMail(classes[kind], OUTSIDE, to.index, script);
    const errand = { kind, mail, to, key: keyed ? `key ${mail.uid}` : undefined, tries: 0 };
    this.open.add(errand);
    this.#world.trace(`${kind} ${mail.uid} to ${to.name}, script ${script}`);
    this.#try(errand);
  }

  #try(errand: Errand): void {
    const { to, kind, key } = errand;
    errand.tries += 1;
    if (!to.exists) return this.#failed(errand);
    const life = to.wake();
    const { session } = life;
    // A connection breaks with the object that it led to.
    const onEnd = () => this.#failed(errand);
    life.onEnd.add(onEnd);
    const make = (position: number) => envelopeOf(errand, position);
    const submitted = kind === "ask" ? session.ask(make, ASK_MS, key) : session.submit(make, key);
    submitted.then(
      (submission) => {
        if (life.over || life.dying || !life.onEnd.delete(onEnd)) return;
        this.#onSubmission(errand, submission);
      },
      (error: unknown) => this.#onError(errand, life, error),
    );
  }

  #onError(errand: Errand, life: Life, error: unknown): void {
    if (!life.over && !life.dying) this.#world.violated(`${errand.kind} ${errand.mail.uid} failed: ${String(error)}`);
  }

  #failed(errand: Errand): void {
    if (errand.key === undefined || errand.tries > TRIES_MAX) {
      this.open.delete(errand);
      return;
    }
    this.#world.scheduler.after(RETRY_MS, () => this.#try(errand));
  }

  #onSubmission(errand: Errand, submission: Submission): void {
    if (submission.kind === "refused") {
      if (submission.failure.code !== "BUSY")
        this.#world.violated(`${errand.kind} was refused: ${submission.failure.reason}`);
      return this.#failed(errand);
    }
    this.open.delete(errand);
    if (submission.kind === "released")
      return this.#world.violated(`${errand.kind} was released from an object that stays`);
    // A volatile atom may have lost what it accepted the first time, and the key says that it was accepted.
    const kept = errand.tries === 1 || errand.to.persistent;
    if (submission.kind === "accepted") return kept ? this.#world.onAccepted(errand.mail) : undefined;
    this.#checkAnswer(errand, submission.answer);
  }

  #checkAnswer({ mail }: Errand, answer: Answer): void {
    const what = `request ${mail.uid} from outside`;
    const number = answer.kind === "failure" ? answerOfFailure(answer.failure.reason) : numberAt(answer.payload, 0);
    if (number === undefined) {
      const code = answer.kind === "failure" ? answer.failure.code : "none";
      if (code !== "TIMEOUT" && code !== "REMOTE") this.#world.violated(`${what} ended with ${code}`);
      return;
    }
    const given = this.#world.ledger.answers.get(number);
    if (given?.request !== mail.uid) this.#world.violated(`${what} has the answer of another request`);
    if (!given?.committed) this.#world.violated(`${what} has an answer that was not committed`);
  }
}

function envelopeOf({ kind, mail }: Errand, position: number): Envelope {
  const payload = numbersToBytes([mail.uid]);
  switch (kind) {
    case "submit":
      return { kind: "message", payload };
    case "signal":
      return { kind: "interrupt", signal: SIGNAL, payload };
    case "ask":
      return { kind: "request", id: position, chain: [], payload };
  }
}
