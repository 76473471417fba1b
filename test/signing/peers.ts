/** Two runtimes that share keys, and what they sign. */
import type { RuntimeName } from "../../durable/core/names.ts";
import { KeyRing } from "../../durable/signing/key-ring.ts";
import type { RequestClaims } from "../../durable/signing/token.ts";
import { secretOf } from "./peer-secret.ts";

export const CLOUD = "cloud" as RuntimeName;
export const EDGE = "edge-1" as RuntimeName;
export const NOW_MS = Date.UTC(2026, 10, 5, 12);

/** The ring of one of the two runtimes, with keys for the other one. */
export function ringFor(peer: string, ...keys: readonly string[]): KeyRing {
  const ring = KeyRing.read({ RADON_PEER_KEYS: secretOf(peer === CLOUD ? EDGE : CLOUD, peer, ...keys) });
  if ("code" in ring) throw new Error(ring.reason);
  return ring;
}

export function requestClaims(changes: Partial<RequestClaims> = {}): RequestClaims {
  return {
    issuer: EDGE,
    audience: CLOUD,
    id: "request-1",
    method: "POST",
    path: "/_radon/peer/v1/naming/fetch",
    sha256: "x".repeat(43),
    size: 3,
    ...changes,
  };
}
