/** The atom's own store: durable, ordered by the bytes of the keys. Keys are strings or bytes. */
import { kv_delete, kv_get, kv_put, kv_scan } from "./abi";
import { at, bytesOf, decode, encode, encodeText } from "./bytes";
import { succeeded } from "./errors";
import { integerIn } from "./integer";
import { Json } from "./json";
import { Payload } from "./payload";

/** How many entries `scan` and `prefix` answer unless told otherwise. */
export const SCAN_LIMIT: i32 = 1_000;

/** A key with its value. */
export class Entry extends Payload {
  constructor(
    readonly keyBytes: Uint8Array,
    value: Uint8Array,
  ) {
    super(value);
  }

  get key(): string {
    return decode(this.keyBytes);
  }
}

/** The bytes under a key; null if there are none. */
export function get<K>(key: K): Uint8Array | null {
  const name = encode<K>(key);
  return bytesOf(kv_get(at(name), name.byteLength, 0, 0));
}

/** The text under a key; null if there is none. */
export function getText<K>(key: K): string | null {
  const bytes = get<K>(key);
  return bytes ? decode(bytes) : null;
}

/** The integer under a key; `orElse` if there is none. */
export function getInteger<K>(key: K, orElse: i64 = 0): i64 {
  const text = getText<K>(key);
  return text !== null ? integerIn(text, orElse) : orElse;
}

/** The JSON value under a key; null if there is none. */
export function getJson<K>(key: K): Json | null {
  const text = getText<K>(key);
  return text !== null ? Json.parse(text) : null;
}

/** Stores a string, a number, bytes or JSON under a key. It is durable once the turn is committed. */
export function put<K, V>(key: K, value: V): bool {
  const name = encode<K>(key);
  const bytes = encode<V>(value);
  return succeeded<i32>(kv_put(at(name), name.byteLength, at(bytes), bytes.byteLength));
}

function remove<K>(key: K): bool {
  const name = encode<K>(key);
  return succeeded<i32>(kv_delete(at(name), name.byteLength));
}
/** Removes a key. */
export { remove as delete };

/**
 * The entries with start <= key < end, in the order of their keys; an empty end is no bound. An answer holds 4 MiB at most, so
 * it may have fewer entries than the limit: to go on after its last entry start with that one's key + "\0", until one is empty.
 */
export function scan(start: string, end: string = "", limit: i32 = SCAN_LIMIT, reverse: bool = false): Entry[] | null {
  return scanBytes(encodeText(start), encodeText(end), limit, reverse);
}

/** The entries whose key starts with `prefix`. */
export function prefix(prefix: string, limit: i32 = SCAN_LIMIT, reverse: bool = false): Entry[] | null {
  const start = encodeText(prefix);
  return scanBytes(start, after(start), limit, reverse);
}

/** As `scan`, with bounds in bytes. */
export function scanBytes(start: ArrayBuffer, end: ArrayBuffer, limit: i32, reverse: bool): Entry[] | null {
  const listing = bytesOf(kv_scan(at(start), start.byteLength, at(end), end.byteLength, limit, reverse ? 1 : 0, 0, 0));
  return listing ? entriesIn(listing) : null;
}

/** Each entry is u32 key length, u32 value length, key, value. */
function entriesIn(listing: Uint8Array): Entry[] {
  const entries: Entry[] = [];
  let offset = 0;
  while (offset + 8 <= listing.length) {
    const keyLength = load<u32>(listing.dataStart + offset);
    const valueLength = load<u32>(listing.dataStart + offset, 4);
    const key = offset + 8;
    const value = key + keyLength;
    offset = value + valueLength;
    entries.push(new Entry(listing.subarray(key, value), listing.subarray(value, offset)));
  }
  return entries;
}

/** The least key that is greater than every key with this prefix; empty (no bound) if there is none. */
function after(prefix: ArrayBuffer): ArrayBuffer {
  let length = prefix.byteLength;
  while (length > 0 && load<u8>(at(prefix) + length - 1) == 0xff) length--;
  const bound = prefix.slice(0, length);
  if (length > 0) store<u8>(at(bound) + length - 1, load<u8>(at(bound) + length - 1) + 1);
  return bound;
}
