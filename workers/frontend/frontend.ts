/**
 * The HTTP side of a runtime: the triggers of the atoms, and the control API under /_radon. It holds no state; the objects do.
 * The order here is the order of decisions: the guard, the control API, then the triggers.
 */
import { Hono } from "hono";
import type { Application } from "../../durable/core/application.ts";
import { atomOperations } from "./atom-operations.ts";
import { directoryOperations } from "./directory-operations.ts";
import { refusal } from "./guard.ts";
import { internalError } from "./incident.ts";
import { mountOperations } from "./mount.ts";
import type { Bindings } from "./objects.ts";
import { documentOperation } from "./openapi.ts";
import type { Operation } from "./operation.ts";
import { runtimeOperations } from "./runtime-operations.ts";
import { mountTriggers } from "./triggers.ts";
import { dropUnreadBody } from "./unread-body.ts";

const documented: readonly Operation[] = [...runtimeOperations, ...directoryOperations, ...atomOperations];
/** Every operation of the control API, its own document included. */
export const operations: readonly Operation[] = [...documented, documentOperation(documented)];

/** Paths outside of /_radon/v1 that the guard keeps as well. */
const guardedPaths = new Set(operations.filter((each) => each.open !== true).map((each) => each.path));

export function createFrontend(application: Application): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();
  app.onError((cause, c) => internalError(c.req.raw, cause));
  app.use(async (c, next) => {
    await next();
    await dropUnreadBody(c.req.raw);
  });
  app.use("/_radon/*", async (c, next) => {
    const refused = isGuarded(c.req.path) ? await refusal(application, c.req.raw, c.env) : undefined;
    if (refused !== undefined) return refused;
    return next();
  });
  mountOperations(app, application, operations);
  mountTriggers(app, application);
  return app;
}

/** All of the versioned API is guarded, what it does not have included: without a token nobody learns what is there. */
function isGuarded(path: string): boolean {
  return path === "/_radon/v1" || path.startsWith("/_radon/v1/") || guardedPaths.has(path);
}
