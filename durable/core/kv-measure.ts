/** How much a key-value store holds, counted within bounds: the object answers nothing else meanwhile. */
import type { KvEntry } from "./store.ts";

export const KEYS_COUNTED_MAX = 10_000;
/** Some tens of milliseconds. */
export const BYTES_COUNTED_MAX = 16 * 1024 * 1024;

export interface KvMeasure {
  readonly keys: number;
  /** Of keys and values. */
  readonly bytes: number;
  /** False if there are more than were counted. */
  readonly complete: boolean;
}

export function measured(entries: Iterable<KvEntry>): KvMeasure {
  let [keys, bytes] = [0, 0];
  for (const [key, value] of entries) {
    if (keys === KEYS_COUNTED_MAX || bytes >= BYTES_COUNTED_MAX) return { keys, bytes, complete: false };
    keys += 1;
    bytes += key.length + value.length;
  }
  return { keys, bytes, complete: true };
}
