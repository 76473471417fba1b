/**
 * The keys of an application, from which those of each pair of runtimes are derived: so whoever deploys keeps one text, whatever
 * runtimes come and go, and a runtime gets nothing but the keys of its own pairs.
 *
 * Invariants
 * 1. What is derived follows from the application's key, its name and the two runtimes' names alone, in whichever order.
 * 2. No key is in an error, an id tells nothing of its key.
 */
import { hkdfSync, randomBytes } from "node:crypto";
import { KEY_BYTES, KEYS_PER_PEER_MAX } from "../../durable/signing/peer-secret.ts";

/** One of the application's keys; what it signs carries its id. */
export interface ApplicationKey {
  readonly id: string;
  readonly secret: Buffer;
}

const ID_BYTES = 4;
const KEY = /^([0-9a-f]{8})\.([A-Za-z0-9_-]{43})$/;

export function newKey(): ApplicationKey {
  return { id: randomBytes(ID_BYTES).toString("hex"), secret: randomBytes(KEY_BYTES) };
}

/** A new key in front, which signs from now on; the one before it still verifies, those before that do not. */
export function rotated(keys: readonly ApplicationKey[]): ApplicationKey[] {
  return [newKey(), ...keys].slice(0, KEYS_PER_PEER_MAX);
}

/** `ID.SECRET`, the newest first, with commas between. */
export function keysText(keys: readonly ApplicationKey[]): string {
  return keys.map(({ id, secret }) => `${id}.${secret.toString("base64url")}`).join(",");
}

/** The keys that a text holds, or the sentence that says what is wrong with it. */
export function parseKeys(text: string): ApplicationKey[] | string {
  const parts = text.trim().split(",");
  if (parts.length > KEYS_PER_PEER_MAX) return `It holds ${parts.length} keys; there are ${KEYS_PER_PEER_MAX} at most.`;
  const keys = parts.map((part) => KEY.exec(part.trim()));
  if (keys.includes(null)) return "It is not what `radon keys` writes: ID.SECRET, or two of them with a comma between.";
  const read = keys.map((match) => ({ id: match?.[1] ?? "", secret: Buffer.from(match?.[2] ?? "", "base64url") }));
  return new Set(read.map(({ id }) => id)).size < read.length ? "It holds the same key twice." : read;
}

/** The key of a pair of runtimes, base64url. */
export function pairKey({ secret }: ApplicationKey, app: string, a: string, b: string): string {
  const info = JSON.stringify(["radon peers 1", ...[a, b].sort()]);
  return Buffer.from(hkdfSync("sha256", secret, app, info, KEY_BYTES)).toString("base64url");
}
