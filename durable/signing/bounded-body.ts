/** Reads a body whole, but never more of it than it may have. */
import { ByteWriter } from "../core/bytes.ts";

/** The bytes, or undefined if there are more. Rejects if the body breaks off, or with the signal's reason once that is aborted. */
export async function readBounded(
  body: ReadableStream<Uint8Array> | null,
  bytesMax: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const writer = new ByteWriter(Math.min(bytesMax, 16 * 1024));
  if (body === null) return writer.finish() as Uint8Array<ArrayBuffer>;
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => undefined);
  signal?.addEventListener("abort", stop);
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      if (writer.length + step.value.length > bytesMax) {
        stop();
        return undefined;
      }
      writer.raw(step.value);
    }
    signal?.throwIfAborted();
    return writer.finish() as Uint8Array<ArrayBuffer>;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
