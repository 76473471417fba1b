/**
 * What nobody expected: the client gets an identifier, the log gets the cause under the same identifier. So no stack
 * and no message of an exception ever leaves the Worker.
 */
import { problem } from "../../durable/problem.ts";

/** Logs the cause and gives the identifier under which the log has it. */
export function logIncident(what: string, cause: unknown): string {
  const id = crypto.randomUUID();
  console.error(`incident ${id}: ${what}:`, cause);
  return id;
}

/** The answer to a request that ran into a bug. */
export function internalError(request: Request, cause: unknown): Response {
  const incident = logIncident(`${request.method} ${new URL(request.url).pathname}`, cause);
  const detail = `The runtime failed while it handled this request. Its log has the cause under incident ${incident}.`;
  return problem(500, "INTERNAL", detail, { incident });
}
