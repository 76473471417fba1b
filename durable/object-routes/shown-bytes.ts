/** Bytes in JSON: as text where they are UTF-8, else in base64; and the raw bytes of a percent-encoded URL piece. */
import { bytesToKey } from "../core/bytes.ts";
import { decodedBytes } from "../percent.ts";

export interface ShownBytes {
  readonly text: string;
  readonly encoding: "utf-8" | "base64";
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });
/** What a decoder puts in the place of bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";

export function showBytes(bytes: Uint8Array): ShownBytes {
  const text = utf8Text(bytes);
  return text === undefined ? { text: toBase64(bytes), encoding: "base64" } : { text, encoding: "utf-8" };
}

/** The text that the bytes spell; undefined if they are not UTF-8. A decoder that throws costs an exception an answer. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  const text = decoder.decode(bytes);
  return !text.includes(REPLACEMENT) || sameBytes(encoder.encode(text), bytes) ? text : undefined;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The key that a percent-encoded piece of a URL stands for, one char a byte; undefined if an escape is malformed. */
export function keyOfUrlPiece(piece: string): string | undefined {
  const bytes = decodedBytes(piece);
  return bytes && bytesToKey(bytes);
}

/** A key as a cursor: base64url, so that it survives any encoding of the URL around it. */
export function cursorOfKey(key: string): string {
  return btoa(key).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The key of a cursor; undefined if it is none. */
export function keyOfCursor(cursor: string): string | undefined {
  try {
    return atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return undefined;
  }
}

/** A query parameter as it stands in the URL, its escapes kept: keys are bytes, not text. */
export function rawParameter(url: URL, name: string): string {
  const pairs = url.search.slice(1).split("&");
  const pair = pairs.find((each) => each.startsWith(`${name}=`));
  return pair ? pair.slice(name.length + 1).replaceAll("+", "%20") : "";
}
