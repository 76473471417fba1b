/** HTTP triggers: a request on an atom's route becomes a message of that atom, and the atom's answer the response. */
import type { Context, Hono } from "hono";
import type { Application } from "../../durable/core/application.ts";
import { problem } from "../../durable/problem.ts";
import { idempotencyHeader } from "./idempotency.ts";
import { askThrough, atomAddress, OBJECT_GRACE_MS, type Bindings } from "./objects.ts";
import { readPayload } from "./payload.ts";
import { encodeTrigger, requestHead } from "./request-head.ts";
import { shown, shownList } from "./shown.ts";
import { triggerTable, type Trigger } from "./trigger-routes.ts";

type Frontend = Hono<{ Bindings: Bindings }>;

/** Registers the routes, the most specific first: hono tries them in the order of registration. */
export function mountTriggers(app: Frontend, application: Application): void {
  const { triggers, refused } = triggerTable(application);
  for (const { trigger, reason } of refused) {
    console.warn(
      `The route ${trigger.route} of atom ${trigger.runtime.name}/${trigger.atom.name} is not served: ${reason}.`,
    );
  }
  for (const trigger of triggers) app.all(trigger.route, (c) => runTrigger(trigger, c.req.raw, c.env));
  app.notFound((c: Context) => noSuchRoute(c.req.path, triggers));
}

async function runTrigger(trigger: Trigger, request: Request, env: Bindings): Promise<Response> {
  const key = idempotencyHeader(request);
  if (key instanceof Response) return key;
  const payload = await readPayload(request);
  if (payload instanceof Response) return payload;
  return askThrough(env)(atomAddress(trigger.runtime, trigger.atom.name), {
    method: "POST",
    route: "/trigger",
    headers: key,
    body: encodeTrigger(requestHead(request), payload),
    limitMs: trigger.atom.httpTimeoutMs + OBJECT_GRACE_MS,
    repeatable: "idempotency-key" in key,
  });
}

function noSuchRoute(path: string, triggers: readonly Trigger[]): Response {
  const known = [...new Set(triggers.map((trigger) => trigger.route))];
  const rest = known.length === 0 ? "No atom has the setting http." : `Known routes: ${shownList(known)}.`;
  return problem(404, "NOT_FOUND", `No atom answers ${shown(path)}. ${rest}`);
}
