/**
 * Requests that the guest has seen and not answered: every one of them ends.
 *
 * Invariants
 * 1. A request is open from its delivery until it is answered, put back into the mailbox, or given up.
 * 2. A row is written only for a request whose message is consumed while it is open.
 * 3. When an instance ends, its consumed requests are given up, but for those whose token the guest took.
 */
import type { MessageMail } from "./mail.ts";
import { NO_CHANGES, type Change, type OpenRequest } from "./store.ts";

interface Entry {
  request: OpenRequest;
  consumed: boolean;
  stored: boolean;
}

export class Requests {
  readonly #open = new Map<number, Entry>();
  readonly #deleted = new Set<number>();
  readonly #touched = new Set<number>();

  restore(requests: readonly OpenRequest[]): void {
    for (const request of requests) this.#open.set(request.token, { request, consumed: true, stored: true });
  }

  get count(): number {
    return this.#open.size;
  }

  /** A request was handed to the guest. */
  deliver(mail: MessageMail): void {
    const { kind, from, position } = mail;
    if (kind === "message") return;
    const request: OpenRequest = {
      token: position,
      asker: from,
      request: mail.requestId,
      kind,
      taken: false,
    };
    this.#open.set(position, { request, consumed: false, stored: false });
  }

  /** The open request of a token, or undefined if it was answered, or never was. */
  get(token: number): OpenRequest | undefined {
    return this.#open.get(token)?.request;
  }

  /** It is answered. */
  close(token: number): void {
    const entry = this.#open.get(token);
    if (!entry) return;
    this.#open.delete(token);
    this.#touched.delete(token);
    if (entry.stored) this.#deleted.add(token);
  }

  take(token: number): void {
    const entry = this.#open.get(token);
    if (!entry || entry.request.taken) return;
    entry.request = { ...entry.request, taken: true };
    if (entry.consumed) this.#touched.add(token);
  }

  /** Its message is consumed; it stays open. */
  consume(token: number): void {
    const entry = this.#open.get(token);
    if (!entry) return;
    entry.consumed = true;
    this.#touched.add(token);
  }

  /** The instance is gone. Returns the requests that nobody will answer any more, to be failed and closed. */
  abandon(): OpenRequest[] {
    const abandoned: OpenRequest[] = [];
    for (const [token, { request, consumed }] of this.#open) {
      if (!consumed) this.#open.delete(token);
      else if (!request.taken) abandoned.push(request);
    }
    return abandoned;
  }

  changes(): readonly Change[] {
    if (this.#deleted.size + this.#touched.size === 0) return NO_CHANGES;
    const changes: Change[] = [...this.#deleted].map((token) => ({ kind: "open.delete", token }));
    for (const token of this.#touched) {
      const entry = this.#open.get(token);
      if (!entry) continue;
      entry.stored = true;
      changes.push({ kind: "open.put", request: entry.request });
    }
    this.#deleted.clear();
    this.#touched.clear();
    return changes;
  }
}
