/** Routes that look at an atom and steer it: state, key-value store, logs, dead letters, restart. */
import type { AtomSession } from "../atom-session.ts";
import { keyToBytes } from "../core/bytes.ts";
import { decodeEnvelopes, type Envelope } from "../core/envelope.ts";
import { failure } from "../core/errors.ts";
import { KV_KEY_BYTES_MAX, KV_VALUE_BYTES_MAX, LOG_FOLLOWERS_MAX } from "../core/limits.ts";
import type { DeadLetter, KvEntry } from "../core/store.ts";
import { atomState, storageOf } from "../atom-state.ts";
import { NOT_STARTED, problem } from "../problem.ts";
import { encodedBytes } from "../percent.ts";
import { failureResponse } from "./answers.ts";
import type { AtomRouter } from "./atom-parts.ts";
import { logStream } from "./log-stream.ts";
import { pageOf } from "./page.ts";
import { cursorOfKey, keyOfCursor, keyOfUrlPiece, rawParameter, showBytes } from "./shown-bytes.ts";

const PAGE_ENTRIES_DEFAULT = 100;

export function inspectionRoutes(router: AtomRouter): void {
  router.post("/start", async (_, { session }) => {
    const failed = await session.started();
    return failed === undefined ? new Response(null, { status: 204 }) : problem(502, NOT_STARTED, failed);
  });
  router.post("/release", (_, { session }) => {
    session.release();
    return new Response(null, { status: 204 });
  });
  router.post("/restart", (_, { session }) => {
    session.restart();
    return new Response(null, { status: 202 });
  });
  router.get("/state", (_, { session }) => Response.json(atomState(session)));
  router.get("/storage", (_, { session }) => Response.json(storageOf(session)));
  router.get("/logs", (request, { session }) => {
    const streamed = request.headers.get("accept")?.includes("text/event-stream") ?? false;
    const lastId = Number(request.headers.get("last-event-id") ?? 0) || 0;
    if (!streamed) return Response.json({ lines: session.logs.recent() });
    if (session.logs.crowded)
      return failureResponse(
        failure("BUSY", `${LOG_FOLLOWERS_MAX} clients follow the log of ${session.self} already.`),
      );
    return logStream(session.logs, lastId);
  });
  keyRoutes(router);
  deadLetterRoutes(router);
}

function keyRoutes(router: AtomRouter): void {
  router.get("/kv", (request, { session }) => kvPage(session, new URL(request.url)));
  router.get("/kv/:key", (request, { session }) => {
    const key = keyOf(request.url);
    if (typeof key !== "string") return key;
    const value = session.atom.getFromOutside(key);
    if (!value) return failureResponse(failure("NOT_FOUND", `${session.self} has no such key.`));
    return new Response(value, { headers: { "content-type": "application/octet-stream" } });
  });
  router.put("/kv/:key", async (request, { session }) => {
    const value = new Uint8Array(await request.arrayBuffer());
    return write(session, request.url, value);
  });
  router.delete("/kv/:key", (request, { session }) => write(session, request.url, null));
}

function write(session: AtomSession, url: string, value: Uint8Array | null): Response {
  const key = keyOf(url);
  if (typeof key !== "string") return key;
  if (value !== null && value.length > KV_VALUE_BYTES_MAX)
    return failureResponse(failure("TOO_LARGE", `A value has ${KV_VALUE_BYTES_MAX} bytes at most.`));
  if (value === null && !session.atom.getFromOutside(key))
    return failureResponse(failure("NOT_FOUND", `${session.self} has no such key.`));
  session.atom.putFromOutside(key, value);
  session.settle();
  return new Response(null, { status: 204 });
}

/** The key in the path as one char a byte; the router's own parameter is decoded as UTF-8, which keys need not be. */
function keyOf(url: string): string | Response {
  const key = keyOfUrlPiece(new URL(url).pathname.slice("/kv/".length));
  if (key === undefined) return failureResponse(failure("INVALID", "The key in the path has a malformed % escape."));
  if (key.length > KV_KEY_BYTES_MAX)
    return failureResponse(failure("TOO_LARGE", `A key has ${KV_KEY_BYTES_MAX} bytes at most.`));
  return key;
}

function kvPage(session: AtomSession, url: URL): Response {
  const prefix = keyOfUrlPiece(rawParameter(url, "prefix"));
  const cursor = keyOfCursor(url.searchParams.get("cursor") ?? "");
  if (prefix === undefined) return failureResponse(failure("INVALID", "prefix has a malformed % escape."));
  if (cursor === undefined) return failureResponse(failure("INVALID", "cursor is not one that an earlier page gave."));
  const found = withPrefix(session, prefix, cursor);
  const { entries, next } = pageOf(found, limitOf(url), ([key, value]) => key.length + value.length);
  return Response.json({ entries: entries.map(shownEntry), cursor: next ? cursorOfKey(next[0]) : null });
}

function* withPrefix({ atom }: AtomSession, prefix: string, cursor: string): Iterable<KvEntry> {
  const start = cursor > prefix ? cursor : prefix;
  for (const entry of atom.scanFromOutside({ start, end: null, reverse: false })) {
    if (!entry[0].startsWith(prefix)) return;
    yield entry;
  }
}

function limitOf(url: URL): number {
  return Number(url.searchParams.get("limit")) || PAGE_ENTRIES_DEFAULT;
}

function shownEntry([key, value]: KvEntry): Record<string, string> {
  const shownKey = showBytes(keyToBytes(key));
  const shownValue = showBytes(value);
  return {
    key: shownKey.text,
    keyEncoding: shownKey.encoding,
    path: encodedBytes(keyToBytes(key)),
    value: shownValue.text,
    valueEncoding: shownValue.encoding,
  };
}

function deadLetterRoutes(router: AtomRouter): void {
  const missing = ({ self }: AtomSession, id: number) =>
    failureResponse(failure("NOT_FOUND", `${self} has no dead letter ${id}.`));
  router.get("/dead-letters", (request, { session }) => {
    const url = new URL(request.url);
    const letters = lettersAfter(session, Number(url.searchParams.get("after")) || 0);
    const { entries, next } = pageOf(letters, limitOf(url), ({ body }) => body.length);
    return Response.json({ deadLetters: entries.map(shownLetter), cursor: next ? (entries.at(-1)?.id ?? 0) : null });
  });
  router.post("/dead-letters/:id/redeliver", (request, { session }) => {
    const letter = session.atom.deadLetter(Number(request.params.id));
    if (!letter) return missing(session, Number(request.params.id));
    const refused = session.atom.redeliver(letter);
    if (refused) return failureResponse(refused);
    session.wake();
    session.settle();
    return new Response(null, { status: 202 });
  });
  router.delete("/dead-letters/:id", (request, { session }) => {
    const id = Number(request.params.id);
    if (!session.atom.deadLetter(id)) return missing(session, id);
    session.atom.dropDeadLetter(id);
    session.settle();
    return new Response(null, { status: 204 });
  });
}

/** One at a time, so that no more of them are in memory than a page shows. */
function* lettersAfter({ atom }: AtomSession, after: number): Iterable<DeadLetter> {
  for (let [letter] = atom.deadLetters(after, 1); letter; [letter] = atom.deadLetters(letter.id, 1)) yield letter;
}

function shownLetter({ id, atMs, direction, peer, reason, body }: DeadLetter): Record<string, unknown> {
  const envelope = decodeEnvelopes(body)[0] as Envelope;
  const payload = showBytes("payload" in envelope ? envelope.payload : new Uint8Array(0));
  return {
    id,
    time: new Date(atMs).toISOString(),
    direction,
    peer,
    kind: envelope.kind,
    reason,
    payload: payload.text,
    payloadEncoding: payload.encoding,
  };
}
