/**
 * Text in the making. Pieces go into one growing buffer: an array of pieces would be scanned anew by the collector
 * after every push that meets it already marked, which makes long texts quadratic.
 */
export class TextBuilder {
  private buffer: ArrayBuffer = new ArrayBuffer(128);
  /** In bytes: two a UTF-16 code unit. */
  private size: i32 = 0;

  append(text: string): void {
    this.appendPart(text, 0, text.length);
  }

  /** Appends the code units of `text` from `start` to before `end`. */
  appendPart(text: string, start: i32, end: i32): void {
    const bytes = (end - start) << 1;
    this.reserve(bytes);
    memory.copy(changetype<usize>(this.buffer) + this.size, changetype<usize>(text) + (start << 1), bytes);
    this.size += bytes;
  }

  appendUnit(unit: i32): void {
    this.reserve(2);
    store<u16>(changetype<usize>(this.buffer) + this.size, <u16>unit);
    this.size += 2;
  }

  toString(): string {
    return String.UTF16.decodeUnsafe(changetype<usize>(this.buffer), this.size);
  }

  private reserve(bytes: i32): void {
    const needed = this.size + bytes;
    if (needed <= this.buffer.byteLength) return;
    const grown = new ArrayBuffer(max(needed, this.buffer.byteLength * 2));
    memory.copy(changetype<usize>(grown), changetype<usize>(this.buffer), this.size);
    this.buffer = grown;
  }
}
