/** Reads the pieces that WebAssembly binaries, and the DWARF in them, are made of: bytes, LEB128 numbers, names, vectors. */
const utf8 = new TextDecoder();

export class BinaryReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** What is thrown where the bytes end too early. */
  protected cutOff(): Error {
    return new RangeError("It ends in the middle of something.");
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw this.cutOff();
    this.at += 1;
    return byte;
  }

  /** An unsigned LEB128 number; those of 64 bits lose precision past 2^53, where no size or index is. */
  unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  /** A signed one. */
  signed(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - factor * 128;
    }
  }

  /** Passes over a LEB128 number of any kind. */
  skipNumber(): void {
    while (this.byte() >= 0x80);
  }

  skip(bytes: number): void {
    this.at += bytes;
  }

  /** UTF-8 with its length in front. */
  name(): string {
    const length = this.unsigned();
    this.at += length;
    if (this.at > this.bytes.length) throw this.cutOff();
    return utf8.decode(this.bytes.subarray(this.at - length, this.at));
  }

  /** Reads a vector: its length, then each element. */
  times(element: (index: number) => void): number {
    const count = this.unsigned();
    for (let index = 0; index < count; index += 1) element(index);
    return count;
  }
}
