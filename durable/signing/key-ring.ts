/**
 * The keys that this runtime shares with others: of each pair of runtimes its own, so that what one runtime knows helps nobody
 * to speak for two others. They come as one secret, which `radon deploy` makes and nothing ever shows.
 *
 * Invariants
 * 1. Any key of the pair verifies; the newest one signs, unless the peer has just said that it does not have that one yet.
 * 2. What is wrong with the secret is told without a word of what is in it.
 */
import { base64url } from "jose";
import { z } from "zod";
import type { RuntimeName } from "../core/names.ts";
import { refused, type Refusal } from "./refusal.ts";

/** The secret: JSON, `{"runtime": "cloud", "peers": {"edge": [{"id": "...", "key": "..."}]}}`, the newest key of a peer first. */
export const KEYS_BINDING = "RADON_PEER_KEYS";
/** The one that signs, and the one before it until every runtime has the new one. */
export const KEYS_PER_PEER_MAX = 2;
export const KEY_BYTES = 32;
/** How long a key that a peer did not know is not tried again with it: so long does a deployment take, or longer. */
const ASIDE_MS = 30_000;

export interface PeerKey {
  readonly id: string;
  /** Imported once. */
  readonly crypto: Promise<CryptoKey>;
}

const keySchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/),
  key: z.base64url().refine((text) => base64url.decode(text).length === KEY_BYTES),
});
const secretSchema = z.object({
  runtime: z.string(),
  peers: z.record(z.string(), z.array(keySchema).min(1).max(KEYS_PER_PEER_MAX)),
});
/** What the secret of a runtime holds, before it is written as JSON. */
export type PeerSecret = z.input<typeof secretSchema>;

export class KeyRing {
  /** The runtime that the keys were made for: it signs as this one, and takes what is for this one. */
  readonly own: RuntimeName;
  readonly #keys: ReadonlyMap<string, readonly PeerKey[]>;
  readonly #aside = new Map<PeerKey, number>();

  private constructor(own: RuntimeName, keys: ReadonlyMap<string, readonly PeerKey[]>) {
    this.own = own;
    this.#keys = keys;
  }

  static read(secret: unknown): KeyRing | Refusal {
    if (typeof secret !== "string" || secret === "") {
      const reason = `This runtime has no keys for others: its secret ${KEYS_BINDING} is not set. Deploy it again with "radon deploy".`;
      return refused("NO_KEYS", reason);
    }
    const parsed = secretSchema.safeParse(jsonOf(secret));
    if (!parsed.success) {
      const reason = `The secret ${KEYS_BINDING} of this runtime is not what "radon deploy" writes. Deploy it again.`;
      return refused("NO_KEYS", reason);
    }
    const { runtime, peers } = parsed.data;
    const keys = Object.entries(peers).map(([peer, each]) => [peer, each.map(imported)] as const);
    return new KeyRing(runtime as RuntimeName, new Map(keys));
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

/** Rings by their secrets: a Worker has one. */
const rings = new Map<unknown, KeyRing | Refusal>();
const RINGS_MAX = 8;

/** The ring of this Worker's secret. The objects of an isolate share it, and what it has learned of its peers. */
export function keyRingOf(env: Readonly<Record<string, unknown>>): KeyRing | Refusal {
  const secret = env[KEYS_BINDING];
  const known = rings.get(secret);
  if (known !== undefined) return known;
  if (rings.size >= RINGS_MAX) rings.clear();
  const ring = KeyRing.read(secret);
  rings.set(secret, ring);
  return ring;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function imported({ id, key }: z.output<typeof keySchema>): PeerKey {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const bytes = Uint8Array.from(base64url.decode(key));
  return { id, crypto: crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]) };
}
