/**
 * Reads the bodies of requests.
 *
 * Invariants
 * 1. A body is read whole, and never more of it than the limit, whatever the client announces.
 * 2. What is read of all bodies that are still coming stays within a budget, and none is waited for longer than BODY_MS_MAX, so
 *    that slow clients neither fill the memory nor keep the others out.
 */
import { PAYLOAD_BYTES_MAX } from "../../durable/core/limits.ts";
import { problem, withRetryAfter } from "../../durable/problem.ts";
import { BodyBudget } from "./body-budget.ts";

export const BODY_MS_MAX = 30_000;
const MB_BYTES = 1024 * 1024;
/** Of the isolate: all its requests share it. */
const bodies = new BodyBudget();

/** The body's bytes, or the problem: 413, 429 or 408. */
export async function readPayload(
  request: Request,
  budget = bodies,
  bytesMax = PAYLOAD_BYTES_MAX,
): Promise<Uint8Array<ArrayBuffer> | Response> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > bytesMax) return tooLarge(`announces ${announced} bytes`, bytesMax);
  if (request.body === null) return new Uint8Array(0);
  const reading = new Reading(request.body, bytesMax, budget);
  try {
    return await reading.result();
  } finally {
    reading.end();
  }
}

class Reading {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #bytesMax: number;
  readonly #budget: BodyBudget;
  readonly #late: Promise<undefined>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(body: ReadableStream<Uint8Array>, bytesMax: number, budget: BodyBudget) {
    this.#reader = body.getReader();
    this.#bytesMax = bytesMax;
    this.#budget = budget;
    this.#late = new Promise((resolve) => (this.#timer = setTimeout(() => resolve(undefined), BODY_MS_MAX)));
  }

  async result(): Promise<Uint8Array<ArrayBuffer> | Response> {
    for (;;) {
      const step = await Promise.race([this.#reader.read(), this.#late]);
      if (step === undefined) return this.#tooSlow();
      if (step.done) return joined(this.#chunks, this.#bytes);
      const refused = this.#add(step.value);
      if (refused) return refused;
    }
  }

  /** The rest of a body that was refused is left unread. */
  end(): void {
    clearTimeout(this.#timer);
    this.#budget.give(this.#bytes);
    this.#reader.releaseLock();
  }

  #add(chunk: Uint8Array): Response | undefined {
    if (this.#bytes + chunk.byteLength > this.#bytesMax) return tooLarge("is larger", this.#bytesMax);
    if (!this.#budget.take(chunk.byteLength)) return tooMany();
    this.#bytes += chunk.byteLength;
    this.#chunks.push(chunk);
    return undefined;
  }

  async #tooSlow(): Promise<Response> {
    await this.#reader.cancel().catch(() => undefined);
    return problem(408, "TIMEOUT", `The request's body did not come within ${BODY_MS_MAX} ms.`);
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function tooLarge(what: string, bytesMax: number): Response {
  const detail = `A request's body takes at most ${bytesMax} bytes (${bytesMax / MB_BYTES} MiB); this one ${what}. Send it in parts.`;
  return problem(413, "PAYLOAD_TOO_LARGE", detail, { limit_bytes: bytesMax });
}

function tooMany(): Response {
  return withRetryAfter(problem(429, "BUSY", "The bodies of too many requests are coming at a time. Try again."));
}
