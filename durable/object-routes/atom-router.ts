/**
 * The routes of an atom's object, one table for all objects of an isolate: what a request is for comes with it.
 */
import { Router, type IRequest } from "itty-router";
import { problem } from "../problem.ts";
import type { AtomParts, AtomRouter } from "./atom-parts.ts";
import { inspectionRoutes } from "./inspection.ts";
import { mailRoutes } from "./mail.ts";
import { socketRoute } from "./socket.ts";

export function atomRouter(): AtomRouter {
  const router = Router<IRequest, [AtomParts]>();
  mailRoutes(router);
  inspectionRoutes(router);
  socketRoute(router);
  router.all("*", () => problem(404, "NOT_FOUND", "The object has no such route."));
  return router;
}
