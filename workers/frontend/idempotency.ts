/** `Idempotency-Key`: with one, a request that is sent again is the same message, and not a second one. */
import * as z from "zod";
import { problem } from "../../durable/problem.ts";

const RULE = "takes 1 to 255 visible ASCII characters";

export const idempotencyKey = z
  .string(RULE)
  .regex(/^[\x21-\x7e]{1,255}$/, RULE)
  .describe("Makes a repeated request one message: the second one gets the answer of the first.");

/** The header to pass on: none, the valid key, or the problem. */
export function idempotencyHeader(request: Request): Record<string, string> | Response {
  const key = request.headers.get("idempotency-key");
  if (key === null) return {};
  if (!idempotencyKey.safeParse(key).success) return problem(400, "INVALID", `The header Idempotency-Key ${RULE}.`);
  return { "idempotency-key": key };
}
