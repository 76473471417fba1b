/** One-way messages, replies and interrupts to other atoms. */
import {
  messaging_interrupt,
  messaging_on_reentrant,
  messaging_receive,
  messaging_reply_to,
  messaging_send,
} from "./abi";
import { at, bytesOf, encode, encodeText } from "./bytes";
import { tokenOf } from "./callback";
import { FOREVER } from "./core";
import { succeeded } from "./errors";
import { Message } from "./message";

/**
 * Blocks until a message comes; null, with TIMEOUT, if none did in time. A reactive atom's first call answers at
 * once.
 */
export function receive(timeoutMs: i64 = FOREVER): Message | null {
  const bytes = bytesOf(messaging_receive(timeoutMs, 0, 0));
  return bytes ? new Message(bytes) : null;
}

/** Sends a one-way message: exactly once, in order. `to` is `runtime/atom`, or an atom's name alone. */
export function send<T>(to: string, payload: T): bool {
  const name = encodeText(to);
  const bytes = encode<T>(payload);
  return succeeded<i32>(messaging_send(at(name), name.byteLength, at(bytes), bytes.byteLength));
}

/** Answers the request that the token was taken from. */
export function replyTo<T>(token: i64, payload: T): bool {
  const bytes = encode<T>(payload);
  return succeeded<i32>(messaging_reply_to(token, at(bytes), bytes.byteLength));
}

/** Interrupts an atom: it runs the callback it has for `signal` even while it is blocked. */
export function interrupt<T>(to: string, signal: i32, payload: T): bool {
  const name = encodeText(to);
  const bytes = encode<T>(payload);
  return succeeded<i32>(messaging_interrupt(at(name), name.byteLength, signal, at(bytes), bytes.byteLength));
}

/** Answers requests that come back to this atom while it waits for its own; without it they fail with DEADLOCK. */
export function onReentrant(handler: (request: Message) => void): bool {
  return succeeded<i32>(messaging_on_reentrant(tokenOf(handler)));
}
