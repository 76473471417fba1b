/**
 * Tokens: what a runtime signs so that another one, which no binding connects to it, knows who asks and what. A token is a JWS
 * (HMAC with SHA-256, by the key of the pair) over the whole request but its bytes, of which it has the digest. The answer has a
 * token as well, so that nobody else can acknowledge what was sent.
 *
 * Invariants
 * 1. A token is good for one request: issuer, audience, method, path with query, digest and size of the body are in it, and an id
 *    that no other one has.
 * 2. It is good from when it was signed for TOKEN_S_MAX, and clocks may differ by SKEW_S_MAX either way.
 * 3. The token of an answer is good for the request whose id it has, and a token of one kind never passes for the other.
 * 4. Nothing in a token is believed before its signature was verified; it may only be refused.
 */
import { base64url, decodeJwt, decodeProtectedHeader, errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { RuntimeName } from "../core/names.ts";
import { isName } from "../core/names.ts";
import type { KeyRing, PeerKey } from "./key-ring.ts";
import { refused, type Refusal } from "./refusal.ts";

export const TOKEN_S_MAX = 30;
export const SKEW_S_MAX = 60;
/** A token is refused by its time at the latest this long after it was signed, by the clock of who refuses. */
export const TOKEN_KNOWN_MS = (TOKEN_S_MAX + SKEW_S_MAX + 1) * 1_000;
/** What a token of the longest names has, and to spare. */
export const TOKEN_LENGTH_MAX = 4_096;
const ALGORITHM = "HS256";
const TYPES = { request: "radon-request+jwt", answer: "radon-answer+jwt" } as const;

/** The two ends: who signs, and for whom. */
interface Ends {
  readonly issuer: RuntimeName;
  readonly audience: RuntimeName;
}

/** What is said of a body: enough to know it by. */
export interface Digest {
  /** SHA-256, base64url. */
  readonly sha256: string;
  readonly size: number;
}

export interface RequestClaims extends Ends, Digest {
  readonly id: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

export interface AnswerClaims extends Ends, Digest {
  /** The id of the request that is answered. */
  readonly to: string;
}

/** A token that was verified, with the time when it was signed by the clock of who signed. */
export type Verified<T> = T & { readonly signedAtMs: number };

const id = z.string().min(1).max(64);
const ends = { iss: z.string().refine(isName), aud: z.string().refine(isName), iat: z.number() };
const digest = { sha256: z.string().max(64), size: z.number().int().nonnegative() };
const requestSchema = z.object({ ...ends, ...digest, jti: id, method: z.string(), path: z.string() });
const answerSchema = z.object({ ...ends, ...digest, re: id });

export function signRequest(claims: RequestClaims, key: PeerKey, nowMs: number): Promise<string> {
  const { id: jti, method, path, sha256, size } = claims;
  return sign("request", claims, { jti, method, path, sha256, size }, key, nowMs);
}

export function signAnswer(claims: AnswerClaims, key: PeerKey, nowMs: number): Promise<string> {
  const { to: re, sha256, size } = claims;
  return sign("answer", claims, { re, sha256, size }, key, nowMs);
}

async function sign(kind: keyof typeof TYPES, ends: Ends, rest: object, key: PeerKey, nowMs: number): Promise<string> {
  const nowS = Math.floor(nowMs / 1_000);
  return new SignJWT({ ...rest })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPES[kind], kid: key.id })
    .setIssuer(ends.issuer)
    .setAudience(ends.audience)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + TOKEN_S_MAX)
    .sign(await key.crypto);
}

/** The claims of a request's token that came to the runtime of the ring, and the key that it was signed with. */
export async function verifyRequest(
  token: string,
  ring: KeyRing,
  nowMs: number,
): Promise<{ readonly claims: Verified<RequestClaims>; readonly key: PeerKey } | Refusal> {
  const verified = await verify("request", token, ring, nowMs);
  if ("code" in verified) return verified;
  const parsed = requestSchema.safeParse(verified.payload);
  if (!parsed.success) return refused("UNSIGNED", "The token lacks what the token of a request has to say.");
  const { jti, method, path, sha256, size } = parsed.data;
  return { claims: { ...endsOf(parsed.data), id: jti, method, path, sha256, size }, key: verified.key };
}

/** The claims of an answer's token that came back to the runtime of the ring. */
export async function verifyAnswer(
  token: string,
  ring: KeyRing,
  nowMs: number,
): Promise<Verified<AnswerClaims> | Refusal> {
  const verified = await verify("answer", token, ring, nowMs);
  if ("code" in verified) return verified;
  const parsed = answerSchema.safeParse(verified.payload);
  if (!parsed.success) return refused("UNSIGNED", "The token lacks what the token of an answer has to say.");
  const { re, sha256, size } = parsed.data;
  return { ...endsOf(parsed.data), to: re, sha256, size };
}

function endsOf({ iss, aud, iat }: { readonly iss: string; readonly aud: string; readonly iat: number }) {
  return { issuer: iss as RuntimeName, audience: aud as RuntimeName, signedAtMs: iat * 1_000 };
}

async function verify(kind: keyof typeof TYPES, token: string, ring: KeyRing, nowMs: number) {
  const found = keyFor(token, ring);
  if ("code" in found) return found;
  const { key, issuer } = found;
  const { own } = ring;
  try {
    const { payload } = await jwtVerify(token, await key.crypto, {
      algorithms: [ALGORITHM],
      typ: TYPES[kind],
      issuer,
      audience: own,
      currentDate: new Date(nowMs),
      maxTokenAge: TOKEN_S_MAX,
      clockTolerance: SKEW_S_MAX,
    });
    return { payload, key };
  } catch (error) {
    return refusalOf(error, { issuer, own, key, nowMs });
  }
}

/** The key that a token says it was signed with. What is read of it here is not verified: it decides only what to verify it with. */
function keyFor(token: string, ring: KeyRing) {
  const { own } = ring;
  const said = unverified(token);
  if (said === undefined) return refused("UNSIGNED", "The token is none that a runtime signs.");
  const { issuer, audience, kid } = said;
  if (audience !== own) {
    const reason = `This was signed for runtime ${audience}, and here is ${own}: the url of ${audience} leads to the wrong runtime.`;
    return refused("WRONG_AUDIENCE", reason);
  }
  const key = ring.keyOf(issuer, kid);
  if (key !== undefined) return { key, issuer };
  return ring.knows(issuer)
    ? refused(
        "UNKNOWN_KEY",
        `Runtime ${own} does not have the key ${kid} that ${issuer} signed with: deploy ${own} again.`,
      )
    : refused("UNKNOWN_PEER", `Runtime ${own} shares no key with a runtime ${issuer}: deploy both with one formula.`);
}

function unverified(token: string): { issuer: string; audience: string; kid: string } | undefined {
  if (token.length > TOKEN_LENGTH_MAX) return undefined;
  try {
    const { iss, aud } = decodeJwt(token);
    const { kid } = decodeProtectedHeader(token);
    const whole = [iss, aud, kid].every((each) => typeof each === "string" && isName(each));
    return whole ? { issuer: iss as string, audience: aud as string, kid: kid as string } : undefined;
  } catch {
    return undefined;
  }
}

interface Circumstances {
  readonly issuer: string;
  readonly own: RuntimeName;
  readonly key: PeerKey;
  readonly nowMs: number;
}

function refusalOf(error: unknown, { issuer, own, key, nowMs }: Circumstances): Refusal {
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    const reason = `The signature of ${issuer} does not fit the key ${key.id} that ${own} has: the two were given different keys. Deploy both with the same ones.`;
    return refused("WRONG_KEY", reason);
  }
  if (error instanceof errors.JWTExpired) return wrongTime(error.payload.iat, issuer, own, nowMs);
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === "iat")
    return wrongTime(error.payload.iat, issuer, own, nowMs);
  if (error instanceof errors.JOSEError) return refused("UNSIGNED", `The token is not valid: ${error.message}.`);
  throw error;
}

function wrongTime(iat: number | undefined, issuer: string, own: RuntimeName, nowMs: number): Refusal {
  const signedAt = timeText((iat ?? 0) * 1_000);
  const reason =
    `Signed at ${signedAt} by the clock of ${issuer}, while the clock of ${own} says ${timeText(nowMs)}: a request is good for ` +
    `${TOKEN_S_MAX} s, and clocks may differ by ${SKEW_S_MAX} s. Unless it was held up on its way, set the clock that is wrong.`;
  return refused("WRONG_TIME", reason);
}

function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "no time at all" : date.toISOString();
}

export async function digestOf(body: Uint8Array<ArrayBuffer>): Promise<Digest> {
  const hash = await crypto.subtle.digest("SHA-256", body);
  return { sha256: base64url.encode(new Uint8Array(hash)), size: body.length };
}
