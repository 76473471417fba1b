/**
 * Whether a request is one that another runtime signed, and what it asks for.
 *
 * Invariants
 * 1. Nothing of the body is read before the token was verified, and never more of it than the token says.
 * 2. What is admitted is exactly what was signed: method, path with query, and every byte of the body.
 * 3. Bodies that are coming stay within a budget of the isolate, and none is waited for longer than BODY_MS_MAX.
 */
import type { RuntimeName } from "../../durable/core/names.ts";
import { readBounded } from "../../durable/signing/bounded-body.ts";
import { keyRingOf, type PeerKey } from "../../durable/signing/key-ring.ts";
import { refused, type Refusal } from "../../durable/signing/refusal.ts";
import type { Stamp } from "../../durable/signing/replay-guard.ts";
import { AUTHORIZATION_SCHEME } from "../../durable/signing/signed-call.ts";
import { digestOf, verifyRequest, type RequestClaims } from "../../durable/signing/token.ts";
import { BodyBudget } from "../frontend/body-budget.ts";
import type { Bindings } from "../frontend/objects.ts";

/** A leader's snapshot of all names, or a registration of as many atoms as a runtime may have. */
export const BODY_BYTES_MAX = 32 * 1024 * 1024;
const BODY_MS_MAX = 30_000;
/** Half of what an isolate may hold. */
const bodies = new BodyBudget(64 * 1024 * 1024);

export interface Admitted {
  readonly stamp: Stamp;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The key that it was signed with, which signs the answer as well: the peer has it. */
  readonly key: PeerKey;
}

export async function admit(request: Request, own: RuntimeName, env: Bindings): Promise<Admitted | Refusal> {
  const ring = keyRingOf(env);
  if ("code" in ring) return ring;
  if (ring.own !== own)
    return refused("NO_KEYS", `Runtime ${own} was given the keys of ${ring.own}. Deploy it again with "radon deploy".`);
  const token = tokenOf(request);
  if (token === undefined)
    return refused("UNSIGNED", `Only runtimes come here: they send "Authorization: ${AUTHORIZATION_SCHEME} TOKEN".`);
  const verified = await verifyRequest(token, ring, Date.now());
  if ("code" in verified) return verified;
  const { claims, key } = verified;
  const body = differenceOf(request, claims) ?? (await readSigned(request, claims));
  return body instanceof Uint8Array ? { stamp: claims, body, key } : body;
}

function tokenOf(request: Request): string | undefined {
  const [scheme, token] = (request.headers.get("authorization") ?? "").split(" ");
  return scheme === AUTHORIZATION_SCHEME ? token : undefined;
}

function differenceOf(request: Request, { issuer, method, path, size }: RequestClaims): Refusal | undefined {
  const { pathname, search } = new URL(request.url);
  const asked = pathname + search;
  if (request.method !== method || asked !== path)
    return refused("TAMPERED", `${issuer} signed ${method} ${path}, and ${request.method} ${asked} came.`);
  if (size <= BODY_BYTES_MAX) return undefined;
  return refused("TOO_LARGE", `The request has ${size} bytes; it may have ${BODY_BYTES_MAX}.`);
}

async function readSigned(request: Request, claims: RequestClaims): Promise<Uint8Array<ArrayBuffer> | Refusal> {
  const { issuer, sha256, size } = claims;
  if (!bodies.take(size)) return refused("BUSY", "The bodies of too many requests are coming at a time. Try again.");
  try {
    const body = await readBounded(request.body, size, AbortSignal.timeout(BODY_MS_MAX));
    const digest = body && (await digestOf(body));
    if (body !== undefined && digest?.size === size && digest.sha256 === sha256) return body;
    return refused("TAMPERED", `The body is not the one that ${issuer} signed: it was changed or cut off on its way.`);
  } catch {
    return refused("TAMPERED", `The body of a request of ${issuer} broke off, or took longer than ${BODY_MS_MAX} ms.`);
  } finally {
    bodies.give(size);
  }
}
