/**
 * The answers that a guest owes to those who asked it. A request that was neither answered nor kept by its token fails when its
 * handling ends: nobody can answer it any more.
 */
import type { Atom } from "../core/atom.ts";
import { failure, type Failure } from "../core/errors.ts";
import type { InterruptMail, Mail, MessageMail } from "../core/mailbox.ts";
import type { OpenRequest } from "../core/store.ts";
import type { Host } from "./host.ts";

export class OwedAnswers {
  readonly #atom: Atom;
  readonly #host: Host;
  /** Why the last answer to a request was refused, by its mailbox position, until it is answered or closed. */
  readonly #refused = new Map<number, string>();

  constructor(atom: Atom, host: Host) {
    this.#atom = atom;
    this.#host = host;
  }

  /** The request that came with the mail, if it is neither answered nor kept by its token. */
  unanswered({ position }: Mail): OpenRequest | undefined {
    return this.#atom.isTaken(position) ? undefined : this.#atom.openRequest(position);
  }

  /** An answer to the mail cannot be given; should there be no other one, the asker learns why. */
  refuse(mail: MessageMail | InterruptMail | null, refusal: Failure): void {
    if (!mail || !this.#atom.openRequest(mail.position)) return;
    this.#refused.set(mail.position, refusal.reason);
    this.#host.log("warn", `An answer was refused: ${refusal.reason}`);
  }

  /** The handling of the mail ends. */
  close(mail: Mail | null): void {
    if (!mail || mail.kind === "message" || mail.kind === "interrupt") return;
    const refused = this.#refused.get(mail.position);
    this.#refused.delete(mail.position);
    const request = this.unanswered(mail);
    if (!request) return;
    const cause = refused === undefined ? "" : ` The one that it gave was refused: ${refused}`;
    this.fail(request, `${this.#host.self} ended the handling of the request without an answer.${cause}`);
  }

  fail(request: OpenRequest, reason: string): void {
    this.#atom.answer(request, { kind: "failure", failure: failure("REMOTE", reason) });
  }
}
