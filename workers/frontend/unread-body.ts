/**
 * A response that leaves while its request's body is still coming makes the server close the connection, and many clients
 * then report a broken connection instead of the answer. So what an answer did not need is read, within bounds, and dropped.
 */
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;
export const UNREAD_MS_MAX = 5_000;

export async function dropUnreadBody(request: Request): Promise<void> {
  const { body } = request;
  if (body === null || body.locked) return;
  const reader = body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), UNREAD_MS_MAX)));
  try {
    await dropAll(reader, late);
  } catch {
    // The client is gone: nobody waits for the answer either.
  } finally {
    clearTimeout(timer);
  }
}

/** A client may send nothing more for as long as it likes, so it is not only between two pieces that it can be `late`. */
async function dropAll(reader: ReadableStreamDefaultReader<Uint8Array>, late: Promise<undefined>): Promise<void> {
  for (let left = UNREAD_BYTES_MAX; left >= 0;) {
    const step = await Promise.race([reader.read(), late]);
    if (step?.done) return;
    left -= step?.value.byteLength ?? Infinity;
  }
  // Nobody waits for this: it may take as long as the read that is under way.
  reader.cancel().catch(() => undefined);
}
