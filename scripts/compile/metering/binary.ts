/** Reading and writing the pieces that WebAssembly binaries are made of: bytes, LEB128 numbers, names, vectors. */
import { BinaryReader } from "../../../durable/engine/binary-reader.ts";

/** The module uses an encoding that metering does not know; the text says which. */
export class UnknownEncoding extends Error {
  override readonly name = "UnknownEncoding";
}

export class ByteReader extends BinaryReader {
  protected override cutOff(): Error {
    return new UnknownEncoding("it ends in the middle of something");
  }
}

export type Bytes = ArrayLike<number>;

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) | 0x80);
  }
}

/** A signed LEB128 number of 32 bits. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; left >>= 7) {
    const byte = left & 0x7f;
    if ((left < 64 && left >= 0) || (left >= -64 && left < 0)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

export function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...unsigned(bytes.length), ...bytes];
}

/** Bytes with their length in front. */
export function sized(content: Bytes): Bytes {
  return joined([unsigned(content.length), content]);
}

export function section(id: number, content: Bytes): Bytes {
  return joined([[id], sized(content)]);
}

export function joined(parts: readonly Bytes[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A change of a stretch of bytes: what stands in [from, to) gives way to `bytes`. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly bytes: Bytes;
}

/** The bytes from `start` to `end` with the edits made, which are in order and do not overlap. */
export function edited(bytes: Uint8Array, start: number, end: number, edits: readonly Edit[]): Uint8Array {
  const parts: Bytes[] = [];
  let at = start;
  for (const edit of edits) {
    parts.push(bytes.subarray(at, edit.from), edit.bytes);
    at = edit.to;
  }
  return joined([...parts, bytes.subarray(at, end)]);
}
