/**
 * Functions that the runtime calls back.
 *
 * Invariants
 * 1. AssemblyScript has no closures: a function value is a constant object in the module's data, never moved and never
 *    freed. Its address is the token.
 * 2. The type of the function follows from the kind of the callback, as only the registering functions make tokens.
 */
import { bytesOf } from "./bytes";
import { enterCallback, leaveCallback, Message } from "./message";
import { Payload } from "./payload";

const INTERRUPT: i32 = 1;
const FUTURE: i32 = 2;
const REENTRANT: i32 = 3;

/** The token that stands for a function. */
export function tokenOf<T>(handler: T): i32 {
  return <i32>changetype<usize>(handler);
}

/**
 * Where the runtime enters. An atom that registers callbacks has this line:
 * `export { radon_callback } from "radon-as";`
 */
export function radon_callback(kind: i32, token: i32, length: i32): void {
  const outer = enterCallback();
  const bytes = bytesOf(length);
  if (kind == FUTURE) {
    changetype<(result: Payload | null) => void>(<usize>token)(bytes ? new Payload(bytes) : null);
  } else if (bytes && (kind == INTERRUPT || kind == REENTRANT)) {
    changetype<(message: Message) => void>(<usize>token)(new Message(bytes));
  }
  leaveCallback(outer);
}
