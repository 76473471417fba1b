/** What the routes of an atom's object are given with each request. */
import type { IRequest, RouterType } from "itty-router";
import type { AtomSession } from "../atom-session.ts";
import type { SocketLane } from "../transport/socket-lane.ts";

/** What an object has to answer with. */
export interface AtomParts {
  readonly session: AtomSession;
  readonly sockets: SocketLane;
}

export type AtomRouter = RouterType<IRequest, [AtomParts]>;
