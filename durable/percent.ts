/** Percent-encoding of raw bytes: keys are bytes, and `decodeURIComponent` only knows UTF-8. */

/** The bytes that a percent-encoded piece of a URL stands for, or undefined if an escape in it is malformed. */
export function decodedBytes(raw: string): Uint8Array | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(raw)) return undefined;
  const pieces = raw.split(/(%[0-9A-Fa-f]{2})/);
  return Uint8Array.from(
    pieces.flatMap((piece) =>
      /^%[0-9A-Fa-f]{2}$/.test(piece) ? [Number.parseInt(piece.slice(1), 16)] : [...new TextEncoder().encode(piece)],
    ),
  );
}

/** The one canonical spelling: every byte but the unreserved characters is escaped, so no slash is left. */
export function encodedBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}
