/**
 * Reads JSON text (RFC 8259).
 *
 * Invariants
 * 1. Malformed text answers null and records where it went wrong; it never traps.
 * 2. Values nest at most `DEPTH_MAX` deep, so that hostile text cannot exhaust the stack.
 * 3. Of members with the same key the last one stays.
 */
import { decimalIn } from "./decimal";
import { ErrorCode, fails } from "./errors";
import { isInteger64 } from "./integer";
import { Json, JsonKind } from "./json";
import { TextBuilder } from "./text-builder";

const DEPTH_MAX: i32 = 128;

export class JsonReader {
  private position: i32 = 0;
  private depth: i32 = 0;

  constructor(private readonly text: string) {}

  /** The one value that the whole text is. */
  document(): Json | null {
    const json = this.value();
    if (!json) return null;
    this.skipSpace();
    return this.position == this.text.length ? json : this.wrong("the end of the text");
  }

  private value(): Json | null {
    this.skipSpace();
    const unit = this.peek();
    if (unit == 0x7b) return this.nested(true);
    if (unit == 0x5b) return this.nested(false);
    if (unit == 0x22) {
      const text = this.string();
      return text !== null ? Json.of(text) : null;
    }
    if (unit == 0x2d || isDigit(unit)) return this.number();
    if (this.word("true")) return Json.of(true);
    if (this.word("false")) return Json.of(false);
    if (this.word("null")) return new Json(JsonKind.NULL);
    return this.wrong("a value");
  }

  private nested(object: bool): Json | null {
    if (++this.depth > DEPTH_MAX) return this.wrong(`at most ${DEPTH_MAX} levels`);
    this.position++;
    const json = object ? this.members() : this.elements();
    this.depth--;
    return json;
  }

  private members(): Json | null {
    const object = Json.object();
    this.skipSpace();
    if (this.take(0x7d)) return object;
    while (true) {
      this.skipSpace();
      if (this.peek() != 0x22) return this.wrong("a key in quotes");
      const key = this.string();
      if (key === null) return null;
      this.skipSpace();
      if (!this.take(0x3a)) return this.wrong("a colon");
      const value = this.value();
      if (!value) return null;
      object.set(key, value);
      this.skipSpace();
      if (this.take(0x7d)) return object;
      if (!this.take(0x2c)) return this.wrong("a comma or }");
    }
  }

  private elements(): Json | null {
    const array = Json.array();
    this.skipSpace();
    if (this.take(0x5d)) return array;
    while (true) {
      const value = this.value();
      if (!value) return null;
      array.push(value);
      this.skipSpace();
      if (this.take(0x5d)) return array;
      if (!this.take(0x2c)) return this.wrong("a comma or ]");
    }
  }

  private string(): string | null {
    const start = ++this.position;
    if (!this.skipPlain()) return null;
    if (this.take(0x22)) return this.text.substring(start, this.position - 1);

    const unescaped = new TextBuilder();
    unescaped.appendPart(this.text, start, this.position);
    while (!this.take(0x22)) {
      this.position++;
      const unit = this.escape();
      if (unit < 0) return null;
      unescaped.appendUnit(unit);
      const plainFrom = this.position;
      if (!this.skipPlain()) return null;
      unescaped.appendPart(this.text, plainFrom, this.position);
    }
    return unescaped.toString();
  }

  /** Goes on to the next quote or backslash; false if the string does not get there. */
  private skipPlain(): bool {
    while (true) {
      const unit = this.peek();
      if (unit == 0x22 || unit == 0x5c) return true;
      if (unit < 0x20) {
        this.wrong("the rest of a string");
        return false;
      }
      this.position++;
    }
  }

  /** The UTF-16 code unit that an escape means, or -1. */
  private escape(): i32 {
    const unit = this.peek();
    this.position++;
    switch (unit) {
      case 0x22:
      case 0x5c:
      case 0x2f:
        return unit;
      case 0x62:
        return 0x08;
      case 0x66:
        return 0x0c;
      case 0x6e:
        return 0x0a;
      case 0x72:
        return 0x0d;
      case 0x74:
        return 0x09;
      case 0x75:
        return this.hexadecimal();
      default:
        this.position--;
        this.wrong("an escape");
        return -1;
    }
  }

  private hexadecimal(): i32 {
    let code = 0;
    for (let i = 0; i < 4; i++) {
      const digit = hexDigit(this.peek());
      if (digit < 0) {
        this.wrong("four hexadecimal digits");
        return -1;
      }
      code = (code << 4) | digit;
      this.position++;
    }
    return code;
  }

  private number(): Json | null {
    const start = this.position;
    this.take(0x2d);
    if (!this.take(0x30) && this.digits() == 0) return this.wrong("a digit");
    const integerEnd = this.position;
    if (this.take(0x2e) && this.digits() == 0) return this.wrong("a digit");
    if (this.take(0x65) || this.take(0x45)) {
      if (!this.take(0x2b)) this.take(0x2d);
      if (this.digits() == 0) return this.wrong("a digit");
    }
    const text = this.text.substring(start, this.position);
    return this.position == integerEnd && isInteger64(text)
      ? Json.of<i64>(I64.parseInt(text))
      : Json.of<f64>(decimalIn(text));
  }

  /** Reads digits; how many. */
  private digits(): i32 {
    const start = this.position;
    while (isDigit(this.peek())) this.position++;
    return this.position - start;
  }

  private word(word: string): bool {
    if (!this.text.substr(this.position, word.length).startsWith(word)) return false;
    this.position += word.length;
    return true;
  }

  private take(unit: i32): bool {
    if (this.peek() != unit) return false;
    this.position++;
    return true;
  }

  private skipSpace(): void {
    while (isSpace(this.peek())) this.position++;
  }

  /** The next code unit, or -1 at the end. */
  private peek(): i32 {
    return this.position < this.text.length ? this.text.charCodeAt(this.position) : -1;
  }

  private wrong(expected: string): Json | null {
    fails(ErrorCode.INVALID, `No JSON: expected ${expected} at character ${this.position + 1}.`);
    return null;
  }
}

function isDigit(unit: i32): bool {
  return unit >= 0x30 && unit <= 0x39;
}

function isSpace(unit: i32): bool {
  return unit == 0x20 || unit == 0x0a || unit == 0x0d || unit == 0x09;
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(unit: i32): i32 {
  if (isDigit(unit)) return unit - 0x30;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}
