/** Registers operations as routes, and answers what the paths of the control API do not take. */
import type { Hono } from "hono";
import type { Application } from "../../durable/core/application.ts";
import { problem } from "../../durable/problem.ts";
import type { Bindings } from "./objects.ts";
import type { Operation } from "./operation.ts";
import { shown, shownList } from "./shown.ts";

type Frontend = Hono<{ Bindings: Bindings }>;

export function mountOperations(app: Frontend, application: Application, operations: readonly Operation[]): void {
  for (const each of operations) {
    app.on(each.method.toUpperCase(), honoPath(each), (c) => each.run(application, c.req.raw, c.env));
  }
  for (const [path, allowed] of allowedByPath(operations)) {
    app.all(path, (c) => (c.req.method === "OPTIONS" ? options(allowed) : methodNotAllowed(c.req.method, allowed)));
  }
  const known = [...new Set(operations.map((each) => each.path))];
  app.all("/_radon/*", (c) => noSuchPath(c.req.path, known));
}

/** The same path in hono's syntax. */
export function honoPath(operation: Pick<Operation, "path" | "rest">): string {
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === operation.rest ? `:${name}{.*}` : `:${name}`,
  );
}

/** What each path allows; HEAD comes with GET, and OPTIONS everywhere. */
function allowedByPath(operations: readonly Operation[]): Map<string, string> {
  const methods = new Map<string, string[]>();
  for (const each of operations) {
    const path = honoPath(each);
    const own = each.method === "get" ? ["GET", "HEAD"] : [each.method.toUpperCase()];
    methods.set(path, [...(methods.get(path) ?? []), ...own]);
  }
  return new Map([...methods].map(([path, list]) => [path, [...list, "OPTIONS"].join(", ")]));
}

function options(allowed: string): Response {
  return new Response(null, { status: 204, headers: { allow: allowed } });
}

function methodNotAllowed(method: string, allowed: string): Response {
  const response = problem(405, "METHOD_NOT_ALLOWED", `This path takes ${allowed}, not ${shown(method)}.`);
  response.headers.set("allow", allowed);
  return response;
}

function noSuchPath(path: string, known: readonly string[]): Response {
  const detail = `There is no ${shown(path)}: /_radon belongs to the runtime. Known: ${shownList(known)}.`;
  return problem(404, "NOT_FOUND", detail);
}
