/**
 * The HTTP side of a runtime: the control API under /_radon with its guard, and the triggers of the atoms, each in a router of its
 * own, so that a trigger's request does not pay for the many routes of the control API. It holds no state; the objects do.
 */
import { Hono } from "hono";
import { getPath } from "hono/utils/url";
import type { Application } from "../../durable/core/application.ts";
import { atomOperations } from "./atom-operations.ts";
import { directoryOperations } from "./directory-operations.ts";
import { refusal } from "./guard.ts";
import { internalError } from "./incident.ts";
import { loadOperations } from "./load-operations.ts";
import { mountOperations } from "./mount.ts";
import type { Bindings } from "./objects.ts";
import { documentOperation } from "./openapi.ts";
import type { Operation } from "./operation.ts";
import { PEER_PATH } from "../../durable/signing/signed-call.ts";
import { peerEndpoint } from "../peers/endpoint.ts";
import { runtimeOperations } from "./runtime-operations.ts";
import { mountTriggers } from "./triggers.ts";
import { dropUnreadBody } from "./unread-body.ts";

const documented: readonly Operation[] = [
  ...runtimeOperations,
  ...directoryOperations,
  ...atomOperations,
  ...loadOperations,
];
/** Every operation of the control API, its own document included. */
export const operations: readonly Operation[] = [...documented, documentOperation(documented)];

/** Paths outside of /_radon/v1 that the guard keeps as well. */
const guardedPaths = new Set(operations.filter((each) => each.open !== true).map((each) => each.path));

export interface Frontend {
  fetch(request: Request, env: Bindings): Promise<Response>;
}

export function createFrontend(application: Application): Frontend {
  const control = controlApi(application);
  const triggers = triggerApi(application);
  const peers = application.runtimes.some(({ url }) => url !== undefined) ? peerEndpoint(application) : control;
  const apiFor = (path: string) => (!isControlPath(path) ? triggers : path.startsWith(PEER_PATH) ? peers : control);
  return {
    async fetch(request, env) {
      const response = await apiFor(getPath(request)).fetch(request, env);
      await dropUnreadBody(request);
      return response;
    },
  };
}

/** The control API alone. */
export function controlApi(application: Application): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  app.onError((cause, c) => internalError(c.req.raw, cause));
  app.use("/_radon/*", async (c, next) => {
    const refused = isGuarded(c.req.path) ? await refusal(application, c.req.raw, c.env) : undefined;
    if (refused !== undefined) return refused;
    return next();
  });
  mountOperations(app, application, operations);
  return app;
}

function triggerApi(application: Application): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  app.onError((cause, c) => internalError(c.req.raw, cause));
  mountTriggers(app, application);
  return app;
}

/** The whole of /_radon, what is not there included. */
function isControlPath(path: string): boolean {
  return path === "/_radon" || path.startsWith("/_radon/");
}

/** All of the versioned API is guarded, what it does not have included: without a token nobody learns what is there. */
function isGuarded(path: string): boolean {
  return path === "/_radon/v1" || path.startsWith("/_radon/v1/") || guardedPaths.has(path);
}
