/** The entries of the store in the order of their keys: a part of them at once, or all of them one by one. */
import { kv_scan } from "./abi";
import { at, bytesOf, decode, encode, encodeText } from "./bytes";
import { ErrorCode, fails } from "./errors";
import { Payload } from "./payload";

/** How many entries `scan` and `prefix` answer unless told otherwise. */
export const SCAN_LIMIT: i32 = 1_000;
/** How many entries a walk holds at a time. */
const PAGE_ENTRIES: i32 = 100;

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

/** All entries whose key starts with `prefix`, one by one, however many there are. */
export function entries(prefix: string = "", reverse: bool = false): Entries {
  const start = encodeText(prefix);
  return new Entries(start, after(start), reverse);
}

/** As `scan`, with bounds in bytes. */
export function scanBytes(start: ArrayBuffer, end: ArrayBuffer, limit: i32, reverse: bool): Entry[] | null {
  const listing = bytesOf(kv_scan(at(start), start.byteLength, at(end), end.byteLength, limit, reverse ? 1 : 0, 0, 0));
  return listing ? entriesIn(listing) : null;
}

/** A walk over entries, made by `entries`. It reads the store a page at a time; the next page shows what changed meanwhile. */
export class Entries {
  private page: Entry[] = [];
  private read: i32 = 0;
  private ended: bool = false;

  constructor(
    private start: ArrayBuffer,
    private end: ArrayBuffer,
    private reverse: bool,
  ) {}

  /** The next entry; null, with NOT_FOUND, after the last one. */
  next(): Entry | null {
    if (this.read == this.page.length && !this.turnPage()) return null;
    return this.page[this.read++];
  }

  private turnPage(): bool {
    const page: Entry[] | null = this.ended ? [] : scanBytes(this.start, this.end, PAGE_ENTRIES, this.reverse);
    if (!page) return false;
    this.page = page;
    this.read = 0;
    if (page.length > 0) this.goOnFrom(page[page.length - 1].keyBytes);
    else fails(ErrorCode.NOT_FOUND, "There is no further entry.");
    return page.length > 0;
  }

  /** Backwards the last key is the bound, unless it is the empty key: as a bound that means none, and nothing comes before it. */
  private goOnFrom(key: Uint8Array): void {
    if (this.reverse) {
      this.end = encode<Uint8Array>(key);
      this.ended = key.length == 0;
    } else {
      const next = new Uint8Array(key.length + 1);
      next.set(key);
      this.start = next.buffer;
    }
  }
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
