/**
 * The routes of an atom's object, one table for all objects of an isolate: what a request is for comes with it.
 */
import { Router, type IRequest, type RouterType } from "itty-router";
import type { AtomSession } from "../atom-session.ts";
import { problem } from "../problem.ts";
import type { SocketLane } from "../transport/socket-lane.ts";
import { inspectionRoutes } from "./inspection.ts";
import { mailRoutes } from "./mail.ts";
import { socketRoute } from "./socket.ts";

/** What an object has to answer with. */
export interface AtomParts {
  readonly session: AtomSession;
  readonly sockets: SocketLane;
}

export type AtomRouter = RouterType<IRequest, [AtomParts]>;

export function atomRouter(): AtomRouter {
  const router = Router<IRequest, [AtomParts]>();
  mailRoutes(router);
  inspectionRoutes(router);
  socketRoute(router);
  router.all("*", () => problem(404, "NOT_FOUND", "The object has no such route."));
  return router;
}
