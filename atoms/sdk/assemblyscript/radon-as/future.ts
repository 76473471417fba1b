/** Results that come later: replies to requests, and timers. */
import { future_await, future_cancel, future_on_complete, future_poll, future_request, future_timer } from "./abi";
import { at, bytesOf, encode, encodeText } from "./bytes";
import { tokenOf } from "./callback";
import { FOREVER } from "./core";
import { checked, fails, lastError, succeeded, ErrorCode } from "./errors";
import { Payload } from "./payload";

/** How long `request` waits unless told otherwise. */
export const REQUEST_TIMEOUT_MS: i64 = 30_000;

/** Sends a request; the future completes with the reply, or with TIMEOUT, REMOTE or DEADLOCK. */
export function request<T>(to: string, payload: T, timeoutMs: i64 = REQUEST_TIMEOUT_MS): Future {
  const name = encodeText(to);
  const bytes = encode<T>(payload);
  return new Future(future_request(at(name), name.byteLength, at(bytes), bytes.byteLength, timeoutMs));
}

/** A future that completes, with an empty payload, after `ms` milliseconds. */
export function timer(ms: i64): Future {
  return new Future(future_timer(ms));
}

/** Something that completes later. Where making it failed, every use of it fails for that reason. */
export class Future {
  /** Why there is no such future; empty if there is one. */
  private refusal: string = "";

  /** `id` is what the runtime answered: a future's number, or an error code. */
  constructor(readonly id: i64) {
    if (!succeeded<i64>(id)) this.refusal = lastError().message;
  }

  /**
   * Blocks until it completes: its payload, or null if it failed or `timeoutMs` was over. A result can be taken once.
   */
  await(timeoutMs: i64 = FOREVER): Payload | null {
    if (!this.exists()) return null;
    const bytes = bytesOf(future_await(this.id, timeoutMs, 0, 0));
    return bytes ? new Payload(bytes) : null;
  }

  /** Without waiting: 0 while it is pending, 1 if it completed, the error code if it failed. */
  poll(): i32 {
    return this.exists() ? checked<i32>(future_poll(this.id)) : <i32>this.id;
  }

  /** Runs `handler` once it completes, at a blocking point: with its payload, or with null and a `lastError()`. */
  onComplete(handler: (result: Payload | null) => void): bool {
    return this.exists() && succeeded<i32>(future_on_complete(this.id, tokenOf(handler)));
  }

  /** Gives it up: it completes with CANCELLED. */
  cancel(): bool {
    return this.exists() && succeeded<i32>(future_cancel(this.id));
  }

  private exists(): bool {
    if (this.id >= 0) return true;
    fails(<ErrorCode>(<i32>this.id), this.refusal);
    return false;
  }
}
