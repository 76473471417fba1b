/**
 * Little-endian writing and reading of wire and storage records. Readers see to it that a record does not end early, and trust what it
 * says: it was written by this file. Who reads what a peer sent checks the numbers (`frame.ts`, `arrivals.ts`).
 */
const encoder = new TextEncoder();
/** A byte order mark is text like any other: what is read is what was written. */
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** Longer texts are encoded by the platform. */
const TEXT_COPIED_HERE_MAX = 300;

export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }
  get capacity(): number {
    return this.#bytes.length;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  i32(value: number): void {
    this.u32(value >>> 0);
  }

  /** Integers to 2^53: ids, sequence numbers, epochs. */
  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Bytes from elsewhere, with their length in front. */
  bytesFrom(source: DataView, start: number, length: number): void {
    this.#reserve(4 + length);
    this.#view.setUint32(this.#length, length, true);
    copyBytes(source, start, this.#view, this.#length + 4, length);
    this.#length += 4 + length;
  }

  /** Bytes with their length in front. */
  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.raw(value);
  }

  text(value: string): void {
    if (value.length > TEXT_COPIED_HERE_MAX || !this.#ascii(value)) this.bytes(encoder.encode(value));
  }

  /** All that was written, as a view that holds until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What was written from `start` on, as a copy: nothing that is written later changes it. */
  finish(start = 0): Uint8Array {
    return copied(this.#view, start, this.#length - start);
  }

  /** All that the other one has. */
  append(other: ByteWriter): void {
    const length = other.#length;
    this.#reserve(length);
    copyBytes(other.#view, 0, this.#view, this.#length, length);
    this.#length += length;
  }

  /** Forgets what was written after the first `length` bytes. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** Writes the text if it is of ASCII only, as names are: the platform's encoder costs more than they do. */
  #ascii(value: string): boolean {
    this.#reserve(4 + value.length);
    let at = this.#length + 4;
    for (let i = 0; i < value.length; i++) {
      const char = value.charCodeAt(i);
      if (char > 0x7f) return false;
      this.#bytes[at++] = char;
    }
    this.u32(value.length);
    this.#length = at;
    return true;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, start = 0) {
    this.#at = start;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  u8(): number {
    const value = this.#view.getUint8(this.#at);
    this.#at += 1;
    return value;
  }

  u32(): number {
    const value = this.#view.getUint32(this.#at, true);
    this.#at += 4;
    return value;
  }

  i32(): number {
    return this.u32() | 0;
  }

  f64(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  /** A view into the record, not a copy. */
  bytes(): Uint8Array {
    const length = this.u32();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError(`A record ends ${end - this.#bytes.length} bytes early.`);
    const value = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return value;
  }

  text(): string {
    return decoder.decode(this.bytes());
  }

  /** The same where the text is mostly `likely`, which is of ASCII: then nothing has to be decoded. */
  textLike(likely: string): string {
    const from = this.#at + 4;
    if (this.#view.getUint32(this.#at, true) !== likely.length || from + likely.length > this.#bytes.length)
      return this.text();
    for (let i = 0; i < likely.length; i++) if (this.#bytes[from + i] !== likely.charCodeAt(i)) return this.text();
    this.#at = from + likely.length;
    return likely;
  }
}

/**
 * Small copies share buffers, handed out piece by piece and never written again: to make a buffer costs ten times as much as
 * to fill it. A copy that is kept keeps SLAB_BYTES at most.
 */
const SLAB_BYTES = 8 * 1024;
const SLAB_COPY_BYTES_MAX = 1024;
let slab = new DataView(new ArrayBuffer(SLAB_BYTES));
let slabUsed = 0;

/** The same bytes in a buffer that has no others: what crosses to another isolate takes its whole buffer along. */
export function alone(bytes: Uint8Array): Uint8Array {
  return bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
}

/** A copy, which may share its buffer with others: only the bytes of the view are its own. */
function copied(source: DataView, start: number, length: number): Uint8Array {
  if (length > SLAB_COPY_BYTES_MAX) return new Uint8Array(source.buffer, source.byteOffset + start, length).slice();
  if (slabUsed + length > SLAB_BYTES) {
    slab = new DataView(new ArrayBuffer(SLAB_BYTES));
    slabUsed = 0;
  }
  const at = slabUsed;
  slabUsed += length;
  copyBytes(source, start, slab, at, length);
  return new Uint8Array(slab.buffer, at, length);
}

/** What is longer is copied faster by the platform, in spite of the call and the views that it takes. */
const COPIED_HERE_BYTES_MAX = 512;

export function copyBytes(source: DataView, from: number, target: DataView, to: number, length: number): void {
  if (length > COPIED_HERE_BYTES_MAX) {
    const bytes = new Uint8Array(source.buffer, source.byteOffset + from, length);
    new Uint8Array(target.buffer, target.byteOffset + to, length).set(bytes);
    return;
  }
  let at = 0;
  for (; at + 8 <= length; at += 8) target.setBigInt64(to + at, source.getBigInt64(from + at, true), true);
  for (; at < length; at++) target.setUint8(to + at, source.getUint8(from + at));
}

/** Bytes as a string of one char per byte: it orders and compares as the bytes do, so it can key a Map. */
export function bytesToKey(bytes: Uint8Array): string {
  let key = "";
  for (let i = 0; i < bytes.length; i++) key += String.fromCharCode(bytes[i] as number);
  return key;
}

export function keyToBytes(key: string): Uint8Array {
  const bytes = new Uint8Array(key.length);
  for (let i = 0; i < key.length; i++) bytes[i] = key.charCodeAt(i);
  return bytes;
}

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
