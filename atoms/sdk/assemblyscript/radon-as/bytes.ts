/**
 * Bytes between the atom and the runtime.
 *
 * Invariants
 * 1. Bytes come in by length first, then `take`: every function of the ABI is called with a capacity of 0, and the
 *    value is taken into an allocation of its exact size. So no buffer of the atom is in the runtime's hands while
 *    the atom is suspended, and small and large values go the same way.
 * 2. Bytes go out as an `ArrayBuffer` that a local of the caller holds: the collector does not move objects.
 */
import { core_take } from "./abi";
import { checked } from "./errors";
import { Json, numberText } from "./json";
import { Payload } from "./payload";

/** Collects the value that waits behind a result of the ABI: null if the result is an error code. */
export function bytesOf(result: i32): Uint8Array | null {
  if (checked<i32>(result) < 0) return null;
  return taken(result);
}

/** As `bytesOf`, as text: an error gives the empty text. */
export function textOf(result: i32): string {
  const bytes = bytesOf(result);
  return bytes ? decode(bytes) : "";
}

/** As `bytesOf`, as text: an error gives null. */
export function textOrNull(result: i32): string | null {
  const bytes = bytesOf(result);
  return bytes ? decode(bytes) : null;
}

function taken(length: i32): Uint8Array {
  const bytes = new Uint8Array(length);
  if (length > 0) core_take(bytes.dataStart, length);
  return bytes;
}

/** UTF-8 bytes as a string. */
export function decode(bytes: Uint8Array): string {
  return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.length);
}

/** A string as UTF-8; half a surrogate pair becomes U+FFFD. */
export function encodeText(text: string): ArrayBuffer {
  return String.UTF8.encode(text, false, String.UTF8.ErrorMode.REPLACE);
}

/**
 * A payload as bytes. Strings go as UTF-8, `Json` as its text, numbers and booleans as JSON writes them, `Uint8Array`,
 * `ArrayBuffer` and the `Payload` of another message as they are. Any other type does not compile, and null traps.
 */
export function encode<T>(value: T): ArrayBuffer {
  if (isNullable<T>()) {
    return encode<NonNullable<T>>(value!);
  } else if (isString<T>()) {
    return encodeText(<string>value);
  } else if (isInteger<T>() || isFloat<T>()) {
    return encodeText(numberText<T>(value));
  } else if (value instanceof ArrayBuffer) {
    return value;
  } else if (value instanceof Uint8Array) {
    return whole(value);
  } else if (value instanceof Json) {
    return encodeText(value.toString());
  } else if (value instanceof Payload) {
    return whole(value.bytes);
  } else {
    ERROR("A payload is a string, a number, a bool, Json, Uint8Array, ArrayBuffer or Payload.");
  }
}

/** The buffer of exactly these bytes: copied only if the array is a part of its buffer. */
function whole(bytes: Uint8Array): ArrayBuffer {
  const buffer = bytes.buffer;
  if (bytes.length == buffer.byteLength) return buffer;
  return buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

/** The address of a buffer, for a call of the ABI. */
export function at(buffer: ArrayBuffer): usize {
  return changetype<usize>(buffer);
}
