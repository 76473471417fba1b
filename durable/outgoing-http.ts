/** An atom's outgoing HTTP request (docs/abi.md, `radon:http.fetch`). */
import { systemClock } from "./clock.ts";
import { ByteWriter, utf8 } from "./core/bytes.ts";
import { failure } from "./core/errors.ts";
import type { Outcome } from "./core/futures.ts";
import { FETCH_MS_MAX, PAYLOAD_BYTES_MAX } from "./core/limits.ts";
import type { FetchRequest } from "./engine/host.ts";
import { withinTime } from "./time-limit.ts";

/** Never rejects: what goes wrong is the future's outcome. */
export async function performFetch({ method, url, headers, body }: FetchRequest): Promise<Outcome> {
  try {
    return await withinTime(systemClock, FETCH_MS_MAX, async (signal) => {
      const response = await fetch(url, {
        method,
        headers: headers.map(([name, value]): [string, string] => [name, value]),
        ...(body.length > 0 ? { body } : {}),
        redirect: "follow",
        signal,
      });
      const payload = await readBounded(response);
      if (!payload) return failed("TOO_LARGE", `The response of ${url} is larger than ${PAYLOAD_BYTES_MAX} bytes.`);
      return { kind: "completed", payload: encodeResponse(response, payload) };
    });
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    return failed(timedOut ? "TIMEOUT" : "REMOTE", `${method} ${url} failed: ${String(error)}`);
  }
}

async function readBounded(response: Response): Promise<Uint8Array | undefined> {
  const writer = new ByteWriter();
  for await (const chunk of response.body ?? []) {
    if (writer.length + chunk.length > PAYLOAD_BYTES_MAX) return undefined;
    writer.raw(chunk);
  }
  return writer.finish();
}

/** u32 length of the head, the head as JSON, the body. */
function encodeResponse(response: Response, body: Uint8Array): Uint8Array {
  const writer = new ByteWriter(body.length + 512);
  writer.bytes(utf8(JSON.stringify({ status: response.status, headers: [...response.headers] })));
  writer.raw(body);
  return writer.finish();
}

function failed(code: "TOO_LARGE" | "TIMEOUT" | "REMOTE", reason: string): Outcome {
  return { kind: "failed", failure: failure(code, reason) };
}
