/** The parts of an HTTP request's URL. Nothing here traps on a malformed one. */
import { decode } from "./bytes";
import { hexDigit } from "./json-reader";

/** The path of an absolute or origin-relative URL, without query and fragment, as it was sent. */
export function pathIn(url: string): string {
  const scheme = url.indexOf("://");
  const start = scheme < 0 ? 0 : url.indexOf("/", scheme + 3);
  return start < 0 ? "/" : url.substring(start, endOfPath(url));
}

/** The value of a query parameter, decoded; null if the URL has none of that name. */
export function queryIn(url: string, name: string): string | null {
  const start = endOfPath(url) + 1;
  const fragment = url.indexOf("#");
  const parameters = url.substring(start, fragment < 0 ? url.length : fragment).split("&");
  for (let i = 0; i < parameters.length; i++) {
    const equals = parameters[i].indexOf("=");
    const end = equals < 0 ? parameters[i].length : equals;
    if (formDecoded(parameters[i].substring(0, end)) == name) return formDecoded(parameters[i].substring(end + 1));
  }
  return null;
}

/** A segment of a path, decoded; empty if there is none: of `/kv/a%20b` segment 0 is `kv`, segment 1 is `a b`. */
export function segmentIn(path: string, index: i32): string {
  const segments = path.split("/");
  return index + 1 < segments.length ? percentDecoded(segments[index + 1]) : "";
}

/** Replaces every `%xx`; a `%` without two hexadecimal digits stays. */
export function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  const bytes = Uint8Array.wrap(String.UTF8.encode(text));
  let length = 0;
  for (let i = 0; i < bytes.length; i++, length++) {
    const value = bytes[i] == 0x25 && i + 2 < bytes.length ? byteOf(bytes[i + 1], bytes[i + 2]) : -1;
    bytes[length] = value < 0 ? bytes[i] : <u8>value;
    if (value >= 0) i += 2;
  }
  return decode(bytes.subarray(0, length));
}

/** The byte of two hexadecimal digits, or -1. */
function byteOf(high: i32, low: i32): i32 {
  const first = hexDigit(high);
  const second = hexDigit(low);
  return first < 0 || second < 0 ? -1 : (first << 4) | second;
}

function formDecoded(text: string): string {
  return percentDecoded(text.replaceAll("+", " "));
}

function endOfPath(url: string): i32 {
  const query = url.indexOf("?");
  const fragment = url.indexOf("#");
  const end = query < 0 ? url.length : query;
  return fragment >= 0 && fragment < end ? fragment : end;
}
