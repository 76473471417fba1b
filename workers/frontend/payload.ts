/** Reads the bodies of requests: whole, and never more than the limit, whatever the client announces. */
import { PAYLOAD_BYTES_MAX } from "../../durable/core/limits.ts";
import { problem } from "../../durable/problem.ts";

/** The body's bytes, or the 413 problem; the rest of a body that is too large is left unread. */
export async function readPayload(request: Request): Promise<Uint8Array<ArrayBuffer> | Response> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > PAYLOAD_BYTES_MAX) return tooLarge(`announces ${announced} bytes`);
  if (request.body === null) return new Uint8Array(0);
  if (request.headers.has("content-length")) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    const chunk = step.value as Uint8Array;
    size += chunk.byteLength;
    if (size > PAYLOAD_BYTES_MAX) {
      reader.releaseLock();
      return tooLarge("is larger");
    }
    chunks.push(chunk);
  }
  return joined(chunks, size);
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

function tooLarge(what: string): Response {
  const detail = `A request's body takes at most ${PAYLOAD_BYTES_MAX} bytes (1 MiB); this one ${what}. Send it in parts.`;
  return problem(413, "PAYLOAD_TOO_LARGE", detail, { limit_bytes: PAYLOAD_BYTES_MAX });
}
