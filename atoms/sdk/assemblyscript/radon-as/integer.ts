/** Integers in decimal digits, without a trap or a silent wrap on text that is none. */

/** Digits that surely fit into an i64. */
const SAFE_LENGTH: i32 = 18;
const LENGTH_MAX: i32 = 20;

/** Reads an optional sign and digits, with white space around them; `orElse` for anything else. */
export function integerIn(text: string, orElse: i64): i64 {
  const digits = digitsIn(text);
  return isInteger64(digits) ? I64.parseInt(digits) : orElse;
}

/** True if `integerIn` reads an integer in it. */
export function isIntegerText(text: string): bool {
  return isInteger64(digitsIn(text));
}

function digitsIn(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith("+") ? trimmed.substring(1) : trimmed;
}

/** True if the text is `-` or nothing, then digits, and its value fits into an i64. */
export function isInteger64(text: string): bool {
  const first = text.startsWith("-") ? 1 : 0;
  if (text.length == first || text.length > LENGTH_MAX) return false;
  for (let i = first; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return text.length <= SAFE_LENGTH || `${I64.parseInt(text)}` == text;
}
