/** Clocks, in microseconds. */
import { core_monotonic, core_now } from "./abi";

/** Microseconds since the Unix epoch. */
export function now(): i64 {
  return core_now();
}

/** Microseconds on a clock that never goes back; only differences mean something. */
export function monotonic(): i64 {
  return core_monotonic();
}
