/**
 * An atom's log as server-sent events: the recent lines, then those to come.
 *
 * Invariants
 * 1. A follower holds one line that it has not read. One that reads too slowly misses lines, which their numbers show.
 * 2. A number that the log has not reached is of an object before this one: such a follower gets all lines.
 */
import type { LogBuffer, LogLine } from "../log-buffer.ts";
import { LogFollower } from "../log-follower.ts";

/** A comment now and then shows a dead connection to whoever writes to it. */
const KEEP_ALIVE_MS = 15_000;
const KEEP_ALIVE = ": keep-alive\n\n";

export function logStream(logs: LogBuffer, lastId: number): Response {
  const encoder = new TextEncoder();
  const follower = new LogFollower(logs, lastId > logs.lastId ? 0 : lastId);
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const line = await follower.next(KEEP_ALIVE_MS);
        if (!follower.ended) controller.enqueue(encoder.encode(line ? event(line) : KEEP_ALIVE));
      },
      cancel: () => follower.end(),
    },
    { highWaterMark: 1 },
  );
  return new Response(body, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
}

function event({ id, time, level, text }: LogLine): string {
  return `id: ${id}\ndata: ${JSON.stringify({ time, level, text })}\n\n`;
}
