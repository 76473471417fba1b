/** What an atom's object does with what comes for the atom, wherever its session is. */
import { alone } from "./core/bytes.ts";
import { decodeBatch, encodeBatch } from "./core/frame.ts";
import type { Submission } from "./atom-session.ts";
import type { AtomParts } from "./object-routes/atom-parts.ts";
import { atomRouter } from "./object-routes/atom-router.ts";

const router = atomRouter();

export interface ServedAtom {
  fetch(request: Request): Promise<Response>;
  /** A peer's batch; the one that answers it, once all that it brought is durable. */
  exchange(batch: Uint8Array): Promise<Uint8Array>;
  /** An HTTP request on one of the atom's routes: its head (JSON in UTF-8), its body, its `Idempotency-Key`. */
  trigger(head: Uint8Array, payload: Uint8Array, key: string | undefined): Promise<Submission>;
  /** The alarm rang. */
  wake(): Promise<void>;
}

/** An atom whose session is in this isolate. */
export class SessionAtom implements ServedAtom {
  readonly parts: AtomParts;

  constructor(parts: AtomParts) {
    this.parts = parts;
  }

  fetch(request: Request): Promise<Response> {
    return router.fetch(request, this.parts) as Promise<Response>;
  }

  async exchange(batch: Uint8Array): Promise<Uint8Array> {
    return alone(encodeBatch(await this.parts.session.answerBatch(decodeBatch(batch))));
  }

  trigger(head: Uint8Array, payload: Uint8Array, key: string | undefined): Promise<Submission> {
    const { session } = this.parts;
    return session.ask((id) => ({ kind: "http", id, head, payload }), session.entry.httpTimeoutMs, key);
  }

  async wake(): Promise<void> {
    this.parts.session.start();
  }
}
