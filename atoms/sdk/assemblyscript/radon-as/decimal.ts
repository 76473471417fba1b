/**
 * Decimal text as the nearest f64. AssemblyScript's own `parseFloat` loses powers of ten above 1e38 and rounds some
 * numbers of 17 digits wrongly, so JSON does not use it.
 *
 * The method is that of Go's `strconv`: the number is kept as decimal digits, halved or doubled exactly until it lies
 * between 1/2 and 1; its first 53 bits, shifted left, are then its integer part.
 */

const DIGITS_MAX: i32 = 800;
/** The most bits of one exact shift: digit and carry stay within a u64. */
const SHIFT_MAX: i32 = 59;
/** Doubling or halving so often moves the decimal point by at most as many places as the index says. */
const SHIFTS: StaticArray<i32> = [1, 3, 6, 9, 13, 16, 19, 23, 26, 27];
/** The powers of ten that an f64 holds exactly. */
const EXACT_POWER_MAX: i32 = 22;
const EXACT_INTEGER_MAX: u64 = 1 << 53;

/** The value of a JSON number: `-`, digits, a fraction, an exponent. The text must be one. */
export function decimalIn(text: string): f64 {
  const decimal = new Decimal();
  decimal.read(text);
  const value = decimal.toFloat();
  return text.charCodeAt(0) == 0x2d ? -value : value;
}

/** 0.d1 d2 d3 ... times ten to the `point`. */
class Decimal {
  private digits: StaticArray<u8> = new StaticArray<u8>(DIGITS_MAX);
  private count: i32 = 0;
  private point: i32 = 0;
  /** True if digits other than zero were cut off. */
  private truncated: bool = false;

  read(text: string): void {
    let seenPoint = false;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit == 0x2e) seenPoint = true;
      else if (unit == 0x65 || unit == 0x45) return this.scale(text, i + 1);
      else if (unit != 0x2d) this.append(<u8>(unit - 0x30), seenPoint);
    }
    this.trim();
  }

  toFloat(): f64 {
    if (this.count == 0 || this.point < -330) return 0;
    if (this.point > 310) return Infinity;
    const exponent = this.point - this.count;
    const integer = this.count <= 18 ? this.integer(this.count) : u64.MAX_VALUE;
    if (integer <= EXACT_INTEGER_MAX && abs(exponent) <= EXACT_POWER_MAX) {
      return exponent < 0 ? <f64>integer / power(-exponent) : <f64>integer * power(exponent);
    }
    return this.nearest();
  }

  /** Leading zeros only move the point. */
  private append(digit: u8, fraction: bool): void {
    if (this.count == 0 && digit == 0) {
      if (fraction) this.point--;
      return;
    }
    if (!fraction) this.point++;
    if (this.count < DIGITS_MAX) this.digits[this.count++] = digit;
    else if (digit != 0) this.truncated = true;
  }

  private scale(text: string, start: i32): void {
    const negative = text.charCodeAt(start) == 0x2d;
    const signed = negative || text.charCodeAt(start) == 0x2b;
    let exponent = 0;
    for (let i = signed ? start + 1 : start; i < text.length; i++) {
      exponent = min(exponent * 10 + text.charCodeAt(i) - 0x30, 1_000_000);
    }
    this.point += negative ? -exponent : exponent;
    this.trim();
  }

  private nearest(): f64 {
    let exponent = this.normalize() - 1;
    if (exponent < -1022) {
      this.shiftRight(-1022 - exponent);
      exponent = -1022;
    }
    this.shiftLeft(53);
    let mantissa = this.rounded();
    if (mantissa == 1 << 53) {
      mantissa >>= 1;
      exponent++;
    }
    if (exponent > 1023) return Infinity;
    const subnormal = (mantissa & (1 << 52)) == 0;
    const biased: u64 = subnormal ? 0 : exponent + 1023;
    return reinterpret<f64>((biased << 52) | (mantissa & ((1 << 52) - 1)));
  }

  /** Halves or doubles until the value lies between 1/2 and 1; the exponent of two that was taken out. */
  private normalize(): i32 {
    let exponent = 0;
    while (this.point > 0) {
      const bits = SHIFTS[min(this.point, 9)];
      this.shiftRight(bits);
      exponent += bits;
    }
    while (this.point < 0 || (this.point == 0 && this.digits[0] < 5)) {
      const bits = SHIFTS[min(-this.point, 9)];
      this.shiftLeft(bits);
      exponent -= bits;
    }
    return exponent;
  }

  /** Divides by two to the `bits`. */
  private shiftRight(bits: i32): void {
    for (; bits > SHIFT_MAX; bits -= SHIFT_MAX) this.shiftRight(SHIFT_MAX);
    const mask = ((<u64>1) << bits) - 1;
    let written = 0;
    let rest: u64 = 0;
    for (let i = 0; i < this.count || rest != 0; i++) {
      rest = rest * 10 + (i < this.count ? this.digits[i] : 0);
      const digit = <u8>(rest >> bits);
      rest &= mask;
      if (written == 0 && digit == 0) this.point--;
      else if (written < DIGITS_MAX) this.digits[written++] = digit;
      else if (digit != 0) this.truncated = true;
    }
    this.count = written;
    this.trim();
  }

  /** Multiplies by two to the `bits`. */
  private shiftLeft(bits: i32): void {
    const room = this.count + 20;
    const shifted = new StaticArray<u8>(room);
    let first = room;
    let carry: u64 = 0;
    for (let i = this.count - 1; i >= 0 || carry != 0; i--) {
      if (i >= 0) carry += (<u64>this.digits[i]) << bits;
      shifted[--first] = <u8>(carry % 10);
      carry /= 10;
    }
    const length = room - first;
    this.point += length - this.count;
    this.count = min(length, DIGITS_MAX);
    for (let i = 0; i < this.count; i++) this.digits[i] = shifted[first + i];
    for (let i = this.count; i < length; i++) if (shifted[first + i] != 0) this.truncated = true;
    this.trim();
  }
  /** The integer part, rounded half to even. */
  private rounded(): u64 {
    const integer = this.integer(this.point);
    return this.roundsUp() ? integer + 1 : integer;
  }

  private roundsUp(): bool {
    const next = this.point;
    if (next < 0 || next >= this.count) return false;
    const half = this.digits[next] == 5 && next + 1 == this.count && !this.truncated;
    if (!half) return this.digits[next] >= 5;
    return next > 0 && (this.digits[next - 1] & 1) == 1;
  }

  /** The first `length` digits as an integer. */
  private integer(length: i32): u64 {
    let integer: u64 = 0;
    for (let i = 0; i < length; i++) integer = integer * 10 + (i < this.count ? this.digits[i] : 0);
    return integer;
  }

  private trim(): void {
    while (this.count > 0 && this.digits[this.count - 1] == 0) this.count--;
    if (this.count == 0) this.point = 0;
  }
}

/** Ten to the `exponent`, exactly. */
function power(exponent: i32): f64 {
  let value: f64 = 1;
  for (let i = 0; i < exponent; i++) value *= 10;
  return value;
}
