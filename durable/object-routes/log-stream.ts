/** An atom's log as server-sent events: the recent lines, then those to come. */
import type { LogBuffer, LogLine } from "../log-buffer.ts";

/** A comment now and then shows a dead connection to whoever writes to it. */
const KEEP_ALIVE_MS = 15_000;
/** A follower that reads this far behind is dropped; it comes back with `Last-Event-ID`. */
const BACKLOG_LINES_MAX = 1_000;

export function logStream(logs: LogBuffer, lastId: number): Response {
  const encoder = new TextEncoder();
  let end = () => {};
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const stop = () => {
          end();
          controller.close();
        };
        const write = (text: string) => {
          if ((controller.desiredSize ?? 0) < -BACKLOG_LINES_MAX) stop();
          else controller.enqueue(encoder.encode(text));
        };
        for (const line of logs.recent(lastId)) write(event(line));
        const unfollow = logs.follow((line) => write(event(line)));
        const keepAlive = setInterval(() => write(": keep-alive\n\n"), KEEP_ALIVE_MS);
        end = () => {
          unfollow();
          clearInterval(keepAlive);
        };
      },
      cancel: () => end(),
    },
    { highWaterMark: 1 },
  );
  return new Response(body, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
}

function event({ id, time, level, text }: LogLine): string {
  return `id: ${id}\ndata: ${JSON.stringify({ time, level, text })}\n\n`;
}
