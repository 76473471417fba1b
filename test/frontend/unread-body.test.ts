/** The rest of a body that an answer did not need: it is read, but holds the answer up for a bounded time only. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dropUnreadBody, UNREAD_MS_MAX } from "../../workers/frontend/unread-body.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

let cancelled = false;

/** A request whose body begins with these bytes, and comes to its end only if `ends`. */
function requestOf(bytes: number, ends: boolean): Request {
  cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(new Uint8Array(bytes));
      if (ends) controller.close();
    },
    // It may take as long as the source likes.
    cancel: () => {
      cancelled = true;
      return new Promise<void>(() => undefined);
    },
  });
  return new Request("http://runtime.test/", { method: "POST", body, duplex: "half" } as RequestInit);
}

test("a body that comes is read to its end", async () => {
  const request = requestOf(100, true);
  await dropUnreadBody(request);
  expect([request.bodyUsed, cancelled]).toEqual([true, false]);
});

test("one whose client sends no more of it is given up", async () => {
  let done = false;
  const dropping = dropUnreadBody(requestOf(100, false)).then(() => (done = true));
  await vi.advanceTimersByTimeAsync(UNREAD_MS_MAX - 1);
  expect(done).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await Promise.race([dropping, vi.advanceTimersByTimeAsync(1_000)]);
  expect([done, cancelled]).toEqual([true, true]);
});

test("so is one that is too large", async () => {
  await dropUnreadBody(requestOf(17 * 1024 * 1024, false));
  expect(cancelled).toBe(true);
});
