/**
 * The outgoing HTTP requests of an atom that have left and are not over.
 *
 * Invariants
 * 1. With those that wait for their turn to be durable they hold FETCH_BYTES_MAX at most.
 */
import { failure, type Failure } from "../core/errors.ts";
import { FETCH_BYTES_MAX } from "../core/limits.ts";

export class FetchesUnderWay {
  #bytes = 0;

  /** Why no request can be made with which so many bytes wait to leave. */
  refuse(waitingBytes: number): Failure | undefined {
    if (this.#bytes + waitingBytes <= FETCH_BYTES_MAX) return undefined;
    return failure("BUSY", `The outgoing requests of the atom hold ${FETCH_BYTES_MAX} bytes; some have to end first.`);
  }

  /** Counts one that leaves until it is over; its outcome. */
  async during<T>(bytes: number, request: Promise<T>): Promise<T> {
    this.#bytes += bytes;
    try {
      return await request;
    } finally {
      this.#bytes -= bytes;
    }
  }
}
