/** The atom's own store: durable, ordered by the bytes of the keys. Keys are strings or bytes. */
import { kv_delete, kv_get, kv_put } from "./abi";
import { at, bytesOf, decode, encode, encodeText } from "./bytes";
import { succeeded } from "./errors";
import { integerIn } from "./integer";
import { Json } from "./json";
export { Entries, entries, Entry, prefix, scan, scanBytes, SCAN_LIMIT } from "./scan";

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
