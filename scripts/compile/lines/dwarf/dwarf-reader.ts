/** Reads the pieces that DWARF is made of. What ends too early is a RangeError, as for any view of bytes. */
import { BinaryReader } from "../../../../durable/engine/binary-reader.ts";

const utf8 = new TextDecoder();

export class DwarfReader extends BinaryReader {
  /** A number of so many bytes, 8 at most; past 2^53 it is not exact, where no offset is. */
  fixed(bytes: number): number {
    let value = 0;
    for (let index = 0, factor = 1; index < bytes; index += 1, factor *= 256) value += this.byte() * factor;
    return value;
  }

  signedByte(): number {
    const byte = this.byte();
    return byte < 0x80 ? byte : byte - 0x100;
  }

  /** UTF-8 up to a zero byte. */
  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw new RangeError("A text has no end.");
    const text = utf8.decode(this.bytes.subarray(this.at, end));
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
