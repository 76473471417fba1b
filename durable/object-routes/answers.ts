/** Answers of an atom as HTTP responses. */
import type { Answer } from "../core/answer.ts";
import type { ErrorCode, Failure } from "../core/errors.ts";
import { problem, withRetryAfter } from "../problem.ts";
import type { Submission } from "../atom-session.ts";
import { utf8Text } from "./shown-bytes.ts";

const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  INVALID: 400,
  NOT_FOUND: 404,
  TIMEOUT: 504,
  DENIED: 403,
  TOO_LARGE: 413,
  CANCELLED: 409,
  REMOTE: 502,
  BUSY: 429,
  CLOSED: 503,
  UNSUPPORTED: 501,
  DEADLOCK: 409,
};

export function failureResponse({ code, reason }: Failure): Response {
  const response = problem(STATUS_OF[code], code, reason);
  return code === "BUSY" ? withRetryAfter(response) : response;
}

/** The response of an HTTP-triggered atom. */
export function triggerResponse(submission: Submission): Response {
  if (submission.kind !== "answered") return acceptedResponse(submission);
  const { answer } = submission;
  if (answer.kind === "failure") return failureResponse(answer.failure);
  if (answer.kind === "reply")
    return new Response(answer.payload, { headers: { "content-type": contentTypeOf(answer.payload) } });
  const bodiless = answer.status === 204 || answer.status === 205 || answer.status === 304;
  return new Response(bodiless ? null : answer.payload, {
    status: answer.status,
    headers: responseHeaders(answer),
  });
}

/** The reply to a request of the control API: its bytes. */
export function requestResponse(submission: Submission): Response {
  if (submission.kind !== "answered") return acceptedResponse(submission);
  const { answer } = submission;
  if (answer.kind === "failure") return failureResponse(answer.failure);
  return new Response(answer.payload, { headers: { "content-type": "application/octet-stream" } });
}

/** The response where there is no answer to tell. */
export function acceptedResponse(submission: Submission): Response {
  if (submission.kind === "refused") return failureResponse(submission.failure);
  if (submission.kind === "released") return withRetryAfter(problem(503, "CLOSED", submission.reason));
  return new Response(null, { status: 202 });
}

function responseHeaders({ headers, payload }: Extract<Answer, { kind: "response" }>): Headers {
  const made = new Headers();
  for (const [name, value] of headers) made.append(name, value);
  if (!made.has("content-type") && payload.length > 0) made.set("content-type", contentTypeOf(payload));
  return made;
}

/** Text if it is valid UTF-8, else bytes. */
function contentTypeOf(payload: Uint8Array): string {
  return utf8Text(payload) === undefined ? "application/octet-stream" : "text/plain; charset=utf-8";
}
