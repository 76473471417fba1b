/**
 * The secret by which a runtime has the keys that it shares with others, as `radon deploy` writes it and the Worker reads it.
 *
 * Invariants
 * 1. No text is longer than the platform lets a secret be: what does not fit goes into further ones, and the first says how many.
 * 2. What is wrong with it is told without a word of what is in it.
 */
import { base64url } from "jose";
import { z } from "zod";
import { refused, type Refusal } from "./refusal.ts";

/** The first secret; the others are called RADON_PEER_KEYS_2 and so on. */
export const KEYS_BINDING = "RADON_PEER_KEYS";
/** The key that signs, and the one before it until every runtime has the new one. */
export const KEYS_PER_PEER_MAX = 2;
export const KEY_BYTES = 32;
/** Cloudflare takes 5 KB; names and keys are ASCII. */
const SECRET_LENGTH_MAX = 5_000;
/** A Worker may have 128 secrets and variables on a paid plan. */
const PARTS_MAX = 100;

const keySchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/),
  key: z.base64url().refine((text) => base64url.decode(text).length === KEY_BYTES),
});
const keysSchema = z.array(keySchema).min(1).max(KEYS_PER_PEER_MAX);
const partSchema = z.object({
  /** Whose keys these are. */
  runtime: z.string(),
  parts: z.number().int().min(1).max(PARTS_MAX),
  /** The keys shared with each peer, the newest first. */
  peers: z.record(z.string(), keysSchema),
});
type Part = z.output<typeof partSchema>;

export type PeerSecret = Omit<Part, "parts">;

type Texts = Readonly<Record<string, unknown>>;

/** The secret as texts, by the names of their bindings. Throws a RangeError if there are more peers than any Worker has room for. */
export function writePeerSecret({ runtime, peers }: PeerSecret): Map<string, string> {
  const parts: Part["peers"][] = [{}];
  for (const [peer, keys] of Object.entries(peers)) {
    const last = { ...parts.at(-1), [peer]: keys };
    if (partText({ runtime, parts: PARTS_MAX, peers: last }).length <= SECRET_LENGTH_MAX) parts.splice(-1, 1, last);
    else parts.push({ [peer]: keys });
  }
  if (parts.length > PARTS_MAX)
    throw new RangeError(`Runtime ${runtime} has too many peers: their keys fit no Worker.`);
  const text = (each: Part["peers"]) => partText({ runtime, parts: parts.length, peers: each });
  return new Map(parts.map((each, index) => [nameOf(index), text(each)]));
}

export function readPeerSecret(env: Texts): PeerSecret | Refusal {
  const first = env[KEYS_BINDING];
  if (typeof first !== "string" || first === "") {
    const reason = `This runtime has no keys for others: its secret ${KEYS_BINDING} is not set. Deploy it again with "radon deploy".`;
    return refused("NO_KEYS", reason);
  }
  const count = parsed(first)?.parts ?? 1;
  const parts = Array.from({ length: count }, (_, index) => parsed(env[nameOf(index)]));
  const runtime = parts[0]?.runtime ?? "";
  const whole = parts.every((part) => part !== undefined && part.runtime === runtime && part.parts === count);
  if (whole) return { runtime, peers: Object.fromEntries(parts.flatMap((part) => Object.entries(part?.peers ?? {}))) };
  const reason = `The secret ${KEYS_BINDING} of this runtime is not what "radon deploy" writes. Deploy it again.`;
  return refused("NO_KEYS", reason);
}

function nameOf(index: number): string {
  return index === 0 ? KEYS_BINDING : `${KEYS_BINDING}_${index + 1}`;
}

function partText(part: Part): string {
  return JSON.stringify(part);
}

function parsed(text: unknown): Part | undefined {
  try {
    return partSchema.safeParse(JSON.parse(String(text))).data;
  } catch {
    return undefined;
  }
}
