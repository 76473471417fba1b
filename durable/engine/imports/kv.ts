/** `radon:kv`: the atom's own store. */
import { bytesToKey, ByteWriter, keyToBytes } from "../../core/bytes.ts";
import { failure, type Failure } from "../../core/errors.ts";
import { KV_KEY_BYTES_MAX, KV_SCAN_BYTES_MAX, KV_SCAN_ENTRIES_MAX, KV_VALUE_BYTES_MAX } from "../../core/limits.ts";
import type { KvEntry } from "../../core/store.ts";
import type { Implementations } from "../abi.ts";
import type { Guest } from "../guest.ts";

export function kvImports(guest: Guest): Implementations<"radon:kv"> {
  const { atom } = guest;
  return {
    get: (keyPtr, keyLen, ptr, cap) => {
      guest.memory.check(ptr, cap);
      const key = readKeyBytes(guest, keyPtr, keyLen);
      if (typeof key !== "string") return guest.fail(key);
      const value = atom.kvGet(key);
      return value ? guest.out(value, ptr, cap) : guest.fail(failure("NOT_FOUND", "The store has no such key."));
    },
    put: (keyPtr, keyLen, valuePtr, valueLen) => {
      guest.memory.check(valuePtr, valueLen);
      const key = readKeyBytes(guest, keyPtr, keyLen);
      if (typeof key !== "string") return guest.fail(key);
      const bytes = valueLen >>> 0;
      if (bytes > KV_VALUE_BYTES_MAX) {
        return guest.fail(failure("TOO_LARGE", `The value has ${bytes} bytes; ${KV_VALUE_BYTES_MAX} are the most.`));
      }
      return guest.done(atom.turn.writeKey(key, guest.memory.read(valuePtr, valueLen)));
    },
    delete: (keyPtr, keyLen) => {
      const key = readKeyBytes(guest, keyPtr, keyLen);
      if (typeof key !== "string") return guest.fail(key);
      if (!atom.kvGet(key)) return guest.fail(failure("NOT_FOUND", "The store has no such key."));
      return guest.done(atom.turn.writeKey(key, null));
    },
    scan: (startPtr, startLen, endPtr, endLen, limit, reverse, ptr, cap) => {
      guest.memory.check(ptr, cap);
      const start = readKeyBytes(guest, startPtr, startLen);
      const end = readKeyBytes(guest, endPtr, endLen);
      if (typeof start !== "string") return guest.fail(start);
      if (typeof end !== "string") return guest.fail(end);
      const range = { start, end: end === "" ? null : end, reverse: reverse !== 0 };
      return guest.out(encodeEntries(atom.kvScan(range), scanLimit(limit)), ptr, cap);
    },
  };
}

function readKeyBytes(guest: Guest, ptr: number, len: number): string | Failure {
  const { memory, keys } = guest;
  memory.check(ptr, len);
  const bytes = len >>> 0;
  const seen = keys.get(memory.bytes, ptr >>> 0, bytes);
  if (seen !== undefined) return seen;
  if (bytes > KV_KEY_BYTES_MAX)
    return failure("TOO_LARGE", `The key has ${bytes} bytes; ${KV_KEY_BYTES_MAX} are the most.`);
  const key = bytesToKey(memory.read(ptr, len));
  keys.set(memory.bytes, ptr >>> 0, bytes, key);
  return key;
}

/** A limit of 0 or less is none but the runtime's own. */
function scanLimit(limit: number): number {
  return limit <= 0 ? KV_SCAN_ENTRIES_MAX : Math.min(limit, KV_SCAN_ENTRIES_MAX);
}

/** Each entry as u32 key length, u32 value length, key, value; as many as the limit and KV_SCAN_BYTES_MAX let in. */
function encodeEntries(entries: Iterable<KvEntry>, limit: number): Uint8Array {
  const writer = new ByteWriter();
  let count = 0;
  for (const [key, value] of entries) {
    if (count++ >= limit || writer.length + 8 + key.length + value.length > KV_SCAN_BYTES_MAX) break;
    writer.u32(key.length);
    writer.u32(value.length);
    writer.raw(keyToBytes(key));
    writer.raw(value);
  }
  return writer.finish();
}
