/**
 * One call to a runtime that no binding reaches: a signed request to its url, and the signed answer.
 *
 * Invariants
 * 1. Nothing counts as an answer that is not signed for this very request by the runtime that was asked. What came without is an
 *    error, and its text is for people only.
 * 2. A call has a signature and an id of its own each time it is made, so the other side never takes a repetition for a replay.
 * 3. If the peer does not have the newest key yet, the call is made again at once with the one before, once a key.
 * 4. Redirects are not followed: what was signed is for one place.
 */
import { z } from "zod";
import { systemClock } from "../clock.ts";
import type { RemoteRuntime } from "../core/application.ts";
import { readBounded } from "./bounded-body.ts";
import { keyRingOf, type KeyRing, type PeerKey } from "./key-ring.ts";
import { isRefusalCode, type Refusal } from "./refusal.ts";
import { RemoteError } from "./remote-error.ts";
import { digestOf, signRequest, verifyAnswer } from "./token.ts";

/** The endpoint of signed requests; what follows is the call. */
export const PEER_PATH = "/_radon/peer/v1/";
/** A scheme of its own, so that nobody takes the token for one of the control API. */
export const AUTHORIZATION_SCHEME = "Radon-Peer";
export const ANSWER_HEADER = "radon-peer-answer";
/** On a machine of one's own, the network of signed requests: other runtimes may be on a private one, which atoms cannot reach. */
export const NETWORK_BINDING = "RADON_PEER_NETWORK";
const PROBLEM_BYTES_MAX = 64 * 1024;
const DETAIL_LENGTH_MAX = 600;

type Env = Readonly<Record<string, unknown>>;

export interface SignedCall {
  /** What is called, below PEER_PATH. */
  readonly route: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly answerBytesMax: number;
  readonly signal: AbortSignal;
}

const problemSchema = z.looseObject({
  code: z.string(),
  detail: z.string(),
  retryable: z.boolean().default(false),
  overloaded: z.boolean().default(false),
});

/** Resolves with the answer's bytes; rejects with a RemoteError. */
export async function callRemote(remote: RemoteRuntime, env: Env, call: SignedCall): Promise<Uint8Array<ArrayBuffer>> {
  const ring = keyRingOf(env);
  if ("code" in ring) throw failed(remote, ring.reason);
  for (;;) {
    const key = ring.signingKey(remote.name, systemClock.now());
    if ("code" in key) throw failed(remote, key.reason);
    const answer = await callOnce(remote, env, ring, key, call);
    if (answer instanceof Uint8Array) return answer;
    const other = answer.code === "UNKNOWN_KEY" && ring.setAside(remote.name, key, systemClock.now());
    if (!other) throw failed(remote, answer.detail, answer);
  }
}

/** The bytes of the answer, or the problem that the endpoint told. */
async function callOnce(remote: RemoteRuntime, env: Env, ring: KeyRing, key: PeerKey, call: SignedCall) {
  const id = crypto.randomUUID();
  const token = await tokenFor(remote, ring, key, call, id);
  const response = await send(networkIn(env), remote, call, token);
  if (!response.ok) return problemIn(response);
  const body = await readBounded(response.body, call.answerBytesMax, call.signal).catch((error: unknown) => {
    throw failed(remote, `The answer broke off: ${String(error)}`, { retryable: true });
  });
  if (body === undefined) throw failed(remote, `Its answer is larger than ${call.answerBytesMax} bytes.`);
  const wrong = await flawOf(response, body, remote, ring, id);
  if (wrong !== undefined) throw failed(remote, wrong);
  return body;
}

async function tokenFor(remote: RemoteRuntime, ring: KeyRing, key: PeerKey, call: SignedCall, id: string) {
  const ends = { issuer: ring.own, audience: remote.name };
  const what = { id, method: "POST", path: PEER_PATH + call.route, ...(await digestOf(call.body)) };
  return signRequest({ ...ends, ...what }, key, systemClock.now());
}

type Network = Pick<Fetcher, "fetch">;

function networkIn(env: Env): Network {
  return (env[NETWORK_BINDING] as Network | undefined) ?? { fetch: (url, init) => fetch(url as URL, init) };
}

async function send(
  network: Network,
  remote: RemoteRuntime,
  { route, body, signal }: SignedCall,
  token: string,
): Promise<Response> {
  const headers = { authorization: `${AUTHORIZATION_SCHEME} ${token}`, "content-type": "application/octet-stream" };
  try {
    const url = new URL(PEER_PATH + route, remote.url);
    return await network.fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
  } catch (error) {
    if (signal.aborted) throw failed(remote, "It gave no answer in time.");
    throw failed(remote, `It could not be reached: ${String(error)}`, { retryable: true });
  }
}

async function flawOf(
  response: Response,
  body: Uint8Array<ArrayBuffer>,
  remote: RemoteRuntime,
  ring: KeyRing,
  id: string,
): Promise<string | undefined> {
  const token = response.headers.get(ANSWER_HEADER);
  if (token === null) return "Its answer is not signed: is it a runtime of Radon?";
  const claims = await verifyAnswer(token, ring, systemClock.now());
  if ("code" in claims) return `Its answer is not taken. ${claims.reason}`;
  const { sha256, size } = await digestOf(body);
  const same = claims.issuer === remote.name && claims.to === id && claims.sha256 === sha256 && claims.size === size;
  return same ? undefined : "Its answer is signed for something else: it was changed or mixed up on its way.";
}

interface Problem {
  readonly code: Refusal["code"] | undefined;
  readonly detail: string;
  readonly retryable: boolean;
  readonly overloaded: boolean;
}

async function problemIn(response: Response): Promise<Problem> {
  const { status } = response;
  const parsed = problemSchema.safeParse(await jsonIn(response));
  if (!parsed.success) {
    const detail = `It answered with status ${status}, and not as a runtime of Radon does.`;
    return { code: undefined, detail, retryable: status >= 500, overloaded: status === 429 };
  }
  const { code, detail, retryable, overloaded } = parsed.data;
  return {
    code: isRefusalCode(code) ? code : undefined,
    detail: detail.slice(0, DETAIL_LENGTH_MAX),
    retryable,
    overloaded: overloaded || status === 429,
  };
}

async function jsonIn(response: Response): Promise<unknown> {
  try {
    const bytes = await readBounded(response.body, PROBLEM_BYTES_MAX);
    return bytes && JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function failed(
  remote: RemoteRuntime,
  reason: string,
  flags?: { retryable?: boolean; overloaded?: boolean },
): RemoteError {
  return new RemoteError(`Runtime ${remote.name} at ${remote.url}: ${reason}`, flags);
}
