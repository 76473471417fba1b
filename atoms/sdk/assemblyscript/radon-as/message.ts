import {
  messaging_attempt,
  messaging_fail,
  messaging_kind,
  messaging_reply,
  messaging_reply_token,
  messaging_sender,
} from "./abi";
import { at, encode, encodeText, textOf } from "./bytes";
import { checked, ErrorCode, fails, succeeded } from "./errors";
import { Payload } from "./payload";

export enum MessageKind {
  ONE_WAY = 0,
  REQUEST = 1,
  HTTP = 2,
  INTERRUPT = 3,
}

/** Counts messages; `current` is the number of the one that the runtime would reply to now, 0 if there is none. */
let lastNumber: u32 = 0;
let current: u32 = 0;

/**
 * A message, a request, an HTTP request or an interrupt. Its payload may be kept as long as one likes; who sent it and
 * replying belong to the *current* message: the one received last, in a callback the one it was called with.
 */
export class Message extends Payload {
  /** Messages are made by `receive` and by callbacks; `number` is given by a view of a message that exists. */
  constructor(
    bytes: Uint8Array,
    readonly number: u32 = 0,
  ) {
    super(bytes);
    if (number == 0) {
      this.number = ++lastNumber;
      current = lastNumber;
    }
  }

  get kind(): MessageKind {
    return this.isCurrent() ? <MessageKind>messaging_kind() : MessageKind.ONE_WAY;
  }

  /** True if somebody waits for a reply. */
  get isRequest(): bool {
    return this.kind == MessageKind.REQUEST;
  }

  /** True if it came over HTTP: `http.from(message)` reads it. */
  get isHttp(): bool {
    return this.kind == MessageKind.HTTP;
  }

  /** The sender's global name; empty if no atom sent it. */
  get sender(): string {
    return this.isCurrent() ? textOf(messaging_sender(0, 0)) : "";
  }

  /** 1 for a first delivery; more after the atom stopped in the midst of this message. */
  get attempt(): i32 {
    return this.isCurrent() ? checked<i32>(messaging_attempt()) : 1;
  }

  /** Answers a request. */
  reply<T>(payload: T): bool {
    if (!this.isCurrent()) return false;
    const bytes = encode<T>(payload);
    return succeeded<i32>(messaging_reply(at(bytes), bytes.byteLength));
  }

  /** Answers a request with a failure: the asker gets the code REMOTE and this reason. */
  fail(reason: string): bool {
    if (!this.isCurrent()) return false;
    const bytes = encodeText(reason);
    return succeeded<i32>(messaging_fail(at(bytes), bytes.byteLength));
  }

  /** A token with which `replyTo` answers this request later, after other messages; 0 if it cannot be answered. */
  replyToken(): i64 {
    if (!this.isCurrent()) return 0;
    const token = messaging_reply_token();
    return succeeded<i64>(token) ? token : 0;
  }

  /** False, with INVALID, for another than the current message: the runtime would answer that one. */
  isCurrent(): bool {
    if (this.number == current) return true;
    fails(
      ErrorCode.INVALID,
      "This message is no longer the current one. Take its replyToken() before the next receive().",
    );
    return false;
  }
}

/** Enters a callback, which has a current message of its own; answers what `leaveCallback` needs. */
export function enterCallback(): u32 {
  const outer = current;
  current = 0;
  return outer;
}

/** After a callback the current message is again what it was. */
export function leaveCallback(outer: u32): void {
  current = outer;
}
