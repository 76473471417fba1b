/** HTTP triggers: a request on an atom's route becomes a message of that atom, and the atom's answer the response. */
import type { Context, Hono } from "hono";
import type { Application } from "../../durable/core/application.ts";
import { triggerResponse } from "../../durable/object-routes/answers.ts";
import { problem } from "../../durable/problem.ts";
import { idempotencyHeader } from "./idempotency.ts";
import { atomAddress, OBJECT_GRACE_MS, trigger, type Bindings } from "./objects.ts";
import { readPayload } from "./payload.ts";
import { requestHead } from "./request-head.ts";
import { shown, shownList } from "./shown.ts";
import { triggerTable, type Trigger } from "./trigger-routes.ts";

type Frontend = Hono<{ Bindings: Bindings }>;

/** Registers the routes, the most specific first: hono tries them in the order of registration. */
export function mountTriggers(app: Frontend, application: Application): void {
  const { triggers, refused } = triggerTable(application);
  for (const { trigger: each, reason } of refused) {
    console.warn(`The route ${each.route} of atom ${each.runtime.name}/${each.atom.name} is not served: ${reason}.`);
  }
  for (const each of triggers) app.all(each.route, (c) => runTrigger(each, c.req.raw, c.env));
  app.notFound((c: Context) => noSuchRoute(c.req.path, triggers));
}

async function runTrigger({ runtime, atom }: Trigger, request: Request, env: Bindings): Promise<Response> {
  const key = idempotencyHeader(request);
  if (key instanceof Response) return key;
  const payload = await readPayload(request);
  if (payload instanceof Response) return payload;
  const submission = await trigger(env, atomAddress(runtime, atom.name), {
    head: requestHead(request),
    payload,
    key: key["idempotency-key"],
    limitMs: atom.httpTimeoutMs + OBJECT_GRACE_MS,
    repeatable: "idempotency-key" in key,
  });
  return submission instanceof Response ? submission : triggerResponse(submission);
}

function noSuchRoute(path: string, triggers: readonly Trigger[]): Response {
  const known = [...new Set(triggers.map((each) => each.route))];
  const rest = known.length === 0 ? "No atom has the setting http." : `Known routes: ${shownList(known)}.`;
  return problem(404, "NOT_FOUND", `No atom answers ${shown(path)}. ${rest}`);
}
