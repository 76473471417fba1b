/** Who the atom is, and waiting. */
import { core_random, core_self_name, core_sleep, core_yield } from "./abi";
import { textOf } from "./bytes";
import { succeeded } from "./errors";

/** Wait without an end. */
export const FOREVER: i64 = -1;

/** This atom's global name, `runtime/atom`. */
export function selfName(): string {
  return textOf(core_self_name(0, 0));
}

/** Blocks for so many milliseconds, while callbacks run. False if the atom is being stopped. */
export function sleep(ms: i64): bool {
  return succeeded<i32>(core_sleep(ms));
}

/** A blocking point that does not wait: commits the turn and runs the callbacks that are due. */
export function yieldNow(): bool {
  return succeeded<i32>(core_yield());
}

/** So many random bytes, fit for secrets. */
export function randomBytes(length: i32): Uint8Array {
  const bytes = new Uint8Array(length);
  core_random(bytes.dataStart, length);
  return bytes;
}
