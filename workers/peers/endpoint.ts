/**
 * The endpoint of runtimes that no binding connects to this one. What they signed is handed to the object that it is for, which
 * refuses what it has taken before; the answer goes back signed.
 *
 * Invariants
 * 1. Every answer with status 200 is signed for the request that it answers; any other one is a problem that says what is wrong.
 * 2. An object's own back-pressure goes on to the caller: `overloaded` and `retryable` as the platform says them, a full
 *    mailbox in the batch that answers.
 */
import { Hono, type Context } from "hono";
import type { Application, RuntimeEntry } from "../../durable/core/application.ts";
import { alone } from "../../durable/core/bytes.ts";
import type { Submission } from "../../durable/atom-session.ts";
import { ISSUER_HEADER } from "../../durable/naming-rights.ts";
import { NAMING_OBJECT_NAME } from "../../durable/naming-wire.ts";
import { triggerResponse } from "../../durable/object-routes/answers.ts";
import { problem, withRetryAfter } from "../../durable/problem.ts";
import { decodeRequest, decodeTrigger, encodeResponse } from "../../durable/signing/http-wire.ts";
import { REFUSAL_STATUS, refused, type Refusal } from "../../durable/signing/refusal.ts";
import type { Stamp } from "../../durable/signing/replay-guard.ts";
import { ANSWER_HEADER, PEER_PATH } from "../../durable/signing/signed-call.ts";
import { digestOf, signAnswer } from "../../durable/signing/token.ts";
import { namespaceOf, type ObjectKind } from "../../durable/transport/namespaces.ts";
import { internalError, logIncident } from "../frontend/incident.ts";
import { ownRuntime, type Bindings } from "../frontend/objects.ts";
import { admit, type Admitted } from "./admission.ts";
import { RefusalLog } from "./refusal-log.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** An object as the endpoint calls it; only atoms' objects have the last two. */
interface SignedTarget {
  admit(stamp: Stamp): Promise<Refusal | undefined>;
  fetch(request: Request): Promise<Response>;
  exchangeSigned(stamp: Stamp, batch: Uint8Array): Promise<Uint8Array | Refusal>;
  trigger(head: Uint8Array, payload: Uint8Array, key: string | undefined): Promise<Submission>;
}

type Work = (target: SignedTarget, admitted: Admitted) => Promise<Bytes | Refusal>;

export function peerEndpoint(application: Application): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  const own = ownRuntime(application);
  const log = new RefusalLog();
  const answer = (c: Context<{ Bindings: Bindings }>, kind: ObjectKind, name: string, work: Work) =>
    answerTo(c.req.raw, c.env, application, log, (admitted) => work(targetOf(own, c.env, kind, name), admitted));
  app.post(`${PEER_PATH}naming/fetch`, (c) => answer(c, "naming", NAMING_OBJECT_NAME, fetchFor));
  app.post(`${PEER_PATH}atoms/:atom/fetch`, (c) => answer(c, "atoms", c.req.param("atom"), fetchFor));
  app.post(`${PEER_PATH}atoms/:atom/exchange`, (c) => answer(c, "atoms", c.req.param("atom"), exchangeFor));
  app.post(`${PEER_PATH}atoms/:atom/trigger`, (c) => answer(c, "atoms", c.req.param("atom"), triggerFor));
  app.onError((cause, c) => internalError(c.req.raw, cause));
  app.notFound((c) => problem(404, "NOT_FOUND", `There is no ${c.req.method} ${c.req.path}: only runtimes come here.`));
  return app;
}

function targetOf(own: RuntimeEntry, env: Bindings, kind: ObjectKind, name: string): SignedTarget {
  return (namespaceOf(own, kind, env) as { getByName(name: string): SignedTarget }).getByName(name);
}

async function answerTo(
  request: Request,
  env: Bindings,
  application: Application,
  log: RefusalLog,
  work: (admitted: Admitted) => Promise<Bytes | Refusal>,
): Promise<Response> {
  const admitted = await admit(request, application.runtime, env);
  if ("code" in admitted) return refusalResponse(admitted, log);
  try {
    const done = await work(admitted);
    return "code" in done ? refusalResponse(done, log) : await signedResponse(done, admitted, application);
  } catch (cause) {
    return failureResponse(request, cause);
  }
}

async function fetchFor(target: SignedTarget, { stamp, body }: Admitted): Promise<Bytes | Refusal> {
  const request = readable(() => decodeRequest(body));
  if ("code" in request) return request;
  const seen = await target.admit(stamp);
  if (seen !== undefined) return seen;
  request.headers.set(ISSUER_HEADER, stamp.issuer);
  return encodeResponse(await target.fetch(request));
}

async function exchangeFor(target: SignedTarget, { stamp, body }: Admitted): Promise<Bytes | Refusal> {
  return (await target.exchangeSigned(stamp, body)) as Bytes | Refusal;
}

async function triggerFor(target: SignedTarget, { stamp, body }: Admitted): Promise<Bytes | Refusal> {
  const call = readable(() => decodeTrigger(body));
  if ("code" in call) return call;
  const seen = await target.admit(stamp);
  if (seen !== undefined) return seen;
  return encodeResponse(triggerResponse(await target.trigger(alone(call.head), alone(call.payload), call.key)));
}

function readable<T extends object>(read: () => T): T | Refusal {
  try {
    return read();
  } catch (error) {
    return refused("UNREADABLE", `What was signed cannot be read: ${String(error)}. Are the runtimes of one build?`);
  }
}

async function signedResponse(bytes: Bytes, { stamp, key }: Admitted, application: Application): Promise<Response> {
  const ends = { issuer: application.runtime, audience: stamp.issuer };
  const token = await signAnswer({ ...ends, to: stamp.id, ...(await digestOf(bytes)) }, key, Date.now());
  const headers = { "content-type": "application/octet-stream", "cache-control": "no-store", [ANSWER_HEADER]: token };
  return new Response(bytes, { headers });
}

function refusalResponse(refusal: Refusal, log: RefusalLog): Response {
  log.add(refusal, Date.now());
  const response = problem(REFUSAL_STATUS[refusal.code], refusal.code, refusal.reason);
  return response.status === 429 || response.status === 503 ? withRetryAfter(response) : response;
}

/** The object could not be reached, or failed. */
function failureResponse(request: Request, cause: unknown): Response {
  const flags = cause as { readonly retryable?: unknown; readonly overloaded?: unknown } | null | undefined;
  const incident = logIncident(`${request.method} ${new URL(request.url).pathname}`, cause);
  const told = { retryable: flags?.retryable === true, overloaded: flags?.overloaded === true, incident };
  const what = told.overloaded ? "has too much to do" : "could not be reached";
  const detail = `The object ${what}. The runtime's log has the cause under incident ${incident}.`;
  return withRetryAfter(problem(503, "UNAVAILABLE", detail, told));
}
