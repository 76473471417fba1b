/**
 * Why a runtime that no binding reaches did not do what it was asked. It has the two flags of the platform's own errors of
 * objects, so whoever decides whether to repeat a call need not know how the object was reached.
 */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  /** True if nothing is wrong with the call itself, and it may be made again if repeating it is harmless. */
  readonly retryable: boolean;
  /** True if the other side has too much to do: repeating it at once makes that worse. */
  readonly overloaded: boolean;

  constructor(message: string, { retryable = false, overloaded = false } = {}) {
    super(message);
    this.retryable = retryable;
    this.overloaded = overloaded;
  }
}
