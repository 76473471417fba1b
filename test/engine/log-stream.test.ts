/** The log of an atom and its followers: what each holds is bounded, however fast the log grows and however slowly it is read. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LOG_CHARS_MAX, LOG_FOLLOWERS_MAX, LOG_LINES_MAX } from "../../durable/core/limits.ts";
import { LogBuffer } from "../../durable/log-buffer.ts";
import { logStream } from "../../durable/object-routes/log-stream.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function readerOf(logs: LogBuffer, lastId = 0): { next(): Promise<string>; cancel(): Promise<void> } {
  const reader = (logStream(logs, lastId).body as ReadableStream<Uint8Array>).getReader();
  return {
    next: async () => new TextDecoder().decode((await reader.read()).value),
    cancel: () => reader.cancel(),
  };
}

function write(logs: LogBuffer, count: number, text = "line"): void {
  for (let i = 0; i < count; i++) logs.add("info", text, 0);
}

describe("the lines that are kept", () => {
  test("are bounded by their number and by their size", () => {
    const logs = new LogBuffer();
    write(logs, LOG_LINES_MAX + 10);
    expect(logs.recent()).toHaveLength(LOG_LINES_MAX);
    expect(logs.recent()[0]?.id).toBe(11);
    write(logs, 100, "x".repeat(LOG_CHARS_MAX / 10));
    expect(logs.recent()).toHaveLength(10);
  });
});

describe("a follower", () => {
  test("gets the recent lines, then those to come, from the one after its number", async () => {
    const logs = new LogBuffer();
    write(logs, 3);
    const reader = readerOf(logs, 1);
    expect(await reader.next()).toMatch(/^id: 2\n/);
    expect(await reader.next()).toMatch(/^id: 3\n/);
    const coming = reader.next();
    write(logs, 1, "new");
    expect(await coming).toMatch(/^id: 4\ndata: \{.*"text":"new"\}\n\n$/);
  });

  test("is shown now and then that the connection lives", async () => {
    const reader = readerOf(new LogBuffer());
    const coming = reader.next();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await coming).toBe(": keep-alive\n\n");
  });

  test("1: that reads too slowly misses lines, and goes on with the oldest that is kept", async () => {
    const logs = new LogBuffer();
    write(logs, 1);
    const reader = readerOf(logs);
    expect(await reader.next()).toMatch(/^id: 1\n/);
    write(logs, 2 * LOG_LINES_MAX);
    expect(await reader.next()).toMatch(new RegExp(`^id: ${LOG_LINES_MAX + 2}\n`));
  });

  test("2: whose number is of an object before this one gets all lines", async () => {
    const logs = new LogBuffer();
    write(logs, 2);
    expect(await readerOf(logs, 900).next()).toMatch(/^id: 1\n/);
  });

  test("that left makes room for another: so many at a time follow a log", async () => {
    const logs = new LogBuffer();
    const readers = Array.from({ length: LOG_FOLLOWERS_MAX }, () => readerOf(logs));
    expect(logs.crowded).toBe(true);
    await readers[0]?.cancel();
    expect(logs.crowded).toBe(false);
  });
});
