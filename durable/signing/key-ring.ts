/**
 * The keys that this runtime shares with others: of each pair of runtimes its own, so that what one runtime knows helps nobody
 * to speak for two others.
 *
 * Invariant
 * 1. Any key of the pair verifies; the newest one signs, unless the peer has just said that it does not have that one yet.
 */
import { base64url } from "jose";
import type { RuntimeName } from "../core/names.ts";
import { KEYS_BINDING, readPeerSecret, type PeerSecret } from "./peer-secret.ts";
import { refused, type Refusal } from "./refusal.ts";

/** How long a key that a peer did not know is not tried again with it: so long does a deployment take, or longer. */
const ASIDE_MS = 30_000;

type Env = Readonly<Record<string, unknown>>;

export interface PeerKey {
  readonly id: string;
  /** Imported once. */
  readonly crypto: Promise<CryptoKey>;
}

export class KeyRing {
  /** The runtime that the keys were made for: it signs as this one, and takes what is for this one. */
  readonly own: RuntimeName;
  readonly #keys: ReadonlyMap<string, readonly PeerKey[]>;
  readonly #aside = new Map<PeerKey, number>();

  private constructor(own: RuntimeName, keys: ReadonlyMap<string, readonly PeerKey[]>) {
    this.own = own;
    this.#keys = keys;
  }

  /** The ring of the secrets among the bindings of a Worker. */
  static read(env: Env): KeyRing | Refusal {
    const secret = readPeerSecret(env);
    if ("code" in secret) return secret;
    const keys = Object.entries(secret.peers).map(([peer, each]) => [peer, each.map(imported)] as const);
    return new KeyRing(secret.runtime as RuntimeName, new Map(keys));
  }

  keyOf(peer: string, id: string): PeerKey | undefined {
    return this.#keys.get(peer)?.find((key) => key.id === id);
  }

  knows(peer: string): boolean {
    return this.#keys.has(peer);
  }

  /** The key to sign with for this peer. */
  signingKey(peer: RuntimeName, nowMs: number): PeerKey | Refusal {
    const keys = this.#keys.get(peer) ?? [];
    const key = keys.find((each) => nowMs >= (this.#aside.get(each) ?? 0)) ?? keys[0];
    if (key !== undefined) return key;
    const reason = `This runtime has no key that it shares with ${peer}. Deploy both again with "radon deploy".`;
    return refused("UNKNOWN_PEER", reason);
  }

  /** The peer does not know this key: true if there is another one to try. */
  setAside(peer: RuntimeName, key: PeerKey, nowMs: number): boolean {
    this.#aside.set(key, nowMs + ASIDE_MS);
    return (this.#keys.get(peer) ?? []).some((each) => nowMs >= (this.#aside.get(each) ?? 0));
  }
}

/** Rings by their first secret: a Worker has one. */
const rings = new Map<unknown, KeyRing | Refusal>();
const RINGS_MAX = 8;

/** The ring of this Worker. The objects of an isolate share it, and what it has learned of its peers. */
export function keyRingOf(env: Env): KeyRing | Refusal {
  const secret = env[KEYS_BINDING];
  const known = rings.get(secret);
  if (known !== undefined) return known;
  if (rings.size >= RINGS_MAX) rings.clear();
  const ring = KeyRing.read(env);
  rings.set(secret, ring);
  return ring;
}

function imported({ id, key }: PeerSecret["peers"][string][number]): PeerKey {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const bytes = Uint8Array.from(base64url.decode(key));
  return { id, crypto: crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]) };
}
