/** Reads the pieces that DWARF is made of. What ends too early is a RangeError, as for any view of bytes. */
const utf8 = new TextDecoder();

export class DwarfReader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
  }

  /** A number of so many bytes, 8 at most; past 2^53 it is not exact, where no offset is. */
  fixed(bytes: number): number {
    let value = 0;
    for (let index = bytes - 1; index >= 0; index -= 1) value = value * 256 + this.#view.getUint8(this.at + index);
    this.at += bytes;
    return value;
  }

  byte(): number {
    return this.#view.getUint8(this.at++);
  }

  signedByte(): number {
    return this.#view.getInt8(this.at++);
  }

  unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  signed(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - factor * 128;
    }
  }

  /** UTF-8 up to a zero byte. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.at);
    if (end < 0) throw new RangeError("A text has no end.");
    const text = utf8.decode(this.#bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }

  /** The length of what follows, and how many bytes an offset in it takes. */
  initialLength(): { readonly length: number; readonly offsetBytes: number } {
    const length = this.fixed(4);
    return length === DWARF64 ? { length: this.fixed(8), offsetBytes: 8 } : { length, offsetBytes: 4 };
  }
}

const DWARF64 = 0xffffffff;
