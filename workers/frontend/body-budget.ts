/** How many bytes of request bodies a Worker's isolate holds that are not complete yet: many slow clients would fill its memory. */

/** A quarter of an isolate's 128 MiB. */
export const BODIES_BYTES_MAX = 32 * 1024 * 1024;

export class BodyBudget {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax = BODIES_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** Returns false, and takes nothing, if there is not so much left. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#bytesMax) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}
