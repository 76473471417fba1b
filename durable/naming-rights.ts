/**
 * What a runtime that no binding reaches may ask of this naming object, by what it signed. A runtime that was broken into can
 * then say false things of its own atoms only.
 */
import type { Application } from "./core/application.ts";
import type { RuntimeName } from "./core/names.ts";
import { problem } from "./problem.ts";

/** Set by the endpoint of signed requests, which nothing from outside passes with a header of its own. */
export const ISSUER_HEADER = "x-radon-issuer";

/** Who signed the request; undefined if it came by a binding. */
export function issuerOf(request: Request): RuntimeName | undefined {
  return (request.headers.get(ISSUER_HEADER) ?? undefined) as RuntimeName | undefined;
}

/** The problem with this request of a runtime that signed, or undefined. */
export function denial(request: Request, application: Application): Response | undefined {
  const issuer = issuerOf(request);
  if (issuer === undefined) return undefined;
  const { pathname, searchParams } = new URL(request.url);
  switch (`${request.method} ${pathname}`) {
    case "GET /deployment":
    case "GET /directory":
    case "GET /identity":
    // Tells no more than the directory does.
    case "POST /resolve":
    // Whose registration it is stands in its body.
    case "POST /register":
      return undefined;
    case "GET /changes":
      return denialOfOther(issuer, searchParams.get("runtime") ?? issuer);
    case "POST /changes":
      return issuer === application.leader ? undefined : denied(`Runtime ${issuer} is not the naming leader.`);
    default:
      return denied(`Runtime ${issuer} asks for what a runtime asks of its own naming only.`);
  }
}

/** The problem with a statement about `subject`, or undefined. */
export function denialOfOther(issuer: RuntimeName | undefined, subject: string): Response | undefined {
  if (issuer === undefined || issuer === subject) return undefined;
  return denied(`Runtime ${issuer} speaks for runtime ${subject}: each may speak for itself only.`);
}

function denied(detail: string): Response {
  return problem(403, "DENIED", detail);
}
