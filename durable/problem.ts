/**
 * Error responses: RFC 9457 problem details with a `code`, the same from the objects and from the frontend.
 * Every `detail` is a sentence for the reader: what was wrong and what would be right.
 */

export const PROBLEM_CONTENT_TYPE = "application/problem+json";

/** The titles of the statuses in use; a title names the class of problem, the detail names the case. */
const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Payload too large",
  426: "Upgrade required",
  429: "Too many requests",
  500: "Internal error",
  501: "Not implemented",
  502: "Atom failed",
  503: "Service unavailable",
  504: "Timed out",
};

/** The code of an atom that does not run because its module does not: to start it once more changes nothing. */
export const NOT_STARTED = "NOT_STARTED";

/** A problem response. `extra` adds members; the five standard ones always win over it. */
export function problem(status: number, code: string, detail: string, extra: Record<string, unknown> = {}): Response {
  const standard = { type: `urn:radon:problem:${code}`, title: TITLES[status] ?? "Error", status, detail, code };
  // First for the reader's eye, and last so that nothing replaces them.
  const body = { ...standard, ...extra, ...standard };
  return new Response(`${JSON.stringify(body)}\n`, { status, headers: { "content-type": PROBLEM_CONTENT_TYPE } });
}

const RETRY_AFTER_S = 1;

/** Tells the client that the same request may work soon. */
export function withRetryAfter(response: Response): Response {
  response.headers.set("retry-after", String(RETRY_AFTER_S));
  return response;
}
