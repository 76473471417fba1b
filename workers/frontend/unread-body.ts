/**
 * A response that leaves while its request's body is still coming makes the server close the connection, and many clients
 * then report a broken connection instead of the answer. So what an answer did not need is read, within bounds, and dropped.
 */
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;
const UNREAD_MS_MAX = 5_000;

export async function dropUnreadBody(request: Request): Promise<void> {
  const { body } = request;
  if (body === null || body.locked) return;
  const reader = body.getReader();
  const deadline = Date.now() + UNREAD_MS_MAX;
  let dropped = 0;
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      dropped += (step.value as Uint8Array).byteLength;
      if (dropped > UNREAD_BYTES_MAX || Date.now() > deadline) return await reader.cancel();
    }
  } catch {
    // The client is gone: nobody waits for the answer either.
  }
}
