import { decode } from "./bytes";
import { integerIn, isIntegerText } from "./integer";
import { Json } from "./json";

/** Bytes that came in: read them as they are, as text, or as JSON. */
export class Payload {
  constructor(readonly bytes: Uint8Array) {}

  /** The bytes as UTF-8 text; decoded at each use. */
  get text(): string {
    return decode(this.bytes);
  }

  /** The bytes as a JSON value; null if they are none. Parsed at each use. */
  json(): Json | null {
    return Json.parse(this.text);
  }

  /** The bytes as an integer in decimal digits; `orElse` if they are none. */
  integer(orElse: i64 = 0): i64 {
    return integerIn(this.text, orElse);
  }

  /** True if the bytes are an integer in decimal digits, which `integer()` then answers. */
  get isInteger(): bool {
    return isIntegerText(this.text);
  }

  get length(): i32 {
    return this.bytes.length;
  }
}
