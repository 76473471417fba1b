/** Routes that put something into an atom's mailbox. */
import type { Envelope } from "../core/envelope.ts";
import { failure } from "../core/errors.ts";
import { REQUEST_MS_DEFAULT, REQUEST_MS_MAX } from "../core/limits.ts";
import { acceptedResponse, failureResponse, requestResponse } from "./answers.ts";
import type { AtomRouter } from "./atom-parts.ts";

export function mailRoutes(router: AtomRouter): void {
  router.post("/messages", async (request, { session }) => {
    const payload = await bodyOf(request);
    return acceptedResponse(await session.submit(() => ({ kind: "message", payload }), idempotencyKey(request)));
  });
  router.post("/requests", async (request, { session }) => {
    const payload = await bodyOf(request);
    const timeoutMs = Number(new URL(request.url).searchParams.get("timeout_ms") ?? REQUEST_MS_DEFAULT);
    if (!(timeoutMs >= 0 && timeoutMs <= REQUEST_MS_MAX))
      return failureResponse(failure("INVALID", `timeout_ms takes a number from 0 to ${REQUEST_MS_MAX}.`));
    const make = (position: number): Envelope => ({ kind: "request", id: position, chain: [], payload });
    return requestResponse(await session.ask(make, timeoutMs, idempotencyKey(request)));
  });
  router.post("/interrupts/:signal", async (request, { session }) => {
    const payload = await bodyOf(request);
    const signal = Number(request.params.signal) | 0;
    return acceptedResponse(await session.submit(() => ({ kind: "interrupt", signal, payload })));
  });
}

async function bodyOf(request: Request): Promise<Uint8Array> {
  return new Uint8Array(await request.arrayBuffer());
}

function idempotencyKey(request: Request): string | undefined {
  return request.headers.get("idempotency-key") ?? undefined;
}
