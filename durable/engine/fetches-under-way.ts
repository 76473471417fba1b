/**
 * The outgoing HTTP requests of an atom that are not over. They are the atom's, not its instance's: one that traps again and again, and makes
 * some each time, does not get more of them.
 *
 * Invariants
 * 1. Those of the open turn and those that have left hold FETCH_BYTES_MAX together at most.
 * 2. What the turn of a lost instance was to send is forgotten with it: it never leaves.
 */
import { failure, type Failure } from "../core/errors.ts";
import { FETCH_BYTES_MAX, FETCH_SHARE_BYTES } from "../core/limits.ts";
import type { Host } from "./host.ts";

/** What has left, by the atom's host. */
const left = new WeakMap<Host, number>();

export class FetchesUnderWay {
  readonly #host: Host;
  /** Of this instance, and not committed yet. */
  #waiting = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Why a request of this size cannot be made now. */
  refuse(bytes: number): Failure | undefined {
    if (this.#waiting + this.#left + bytes + FETCH_SHARE_BYTES <= FETCH_BYTES_MAX) return undefined;
    return failure("BUSY", `The outgoing requests of the atom hold ${FETCH_BYTES_MAX} bytes; some have to end first.`);
  }

  /** It is made, and leaves with its turn. */
  add(bytes: number): void {
    this.#waiting += bytes + FETCH_SHARE_BYTES;
  }

  /** Its turn is committed. */
  leave(bytes: number): void {
    this.#waiting -= bytes + FETCH_SHARE_BYTES;
    left.set(this.#host, this.#left + bytes + FETCH_SHARE_BYTES);
  }

  /** It is over. */
  end(bytes: number): void {
    left.set(this.#host, this.#left - bytes - FETCH_SHARE_BYTES);
  }

  get #left(): number {
    return left.get(this.#host) ?? 0;
  }
}
