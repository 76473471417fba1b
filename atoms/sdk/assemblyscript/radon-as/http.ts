/** HTTP requests that trigger this atom, and requests to the outside (which need the grant `http`). */
import { http_fetch, http_head, http_respond } from "./abi";
import { at, bytesOf, decode, encode, encodeText, textOrNull } from "./bytes";
import { FOREVER } from "./core";
import { checked, ErrorCode, fails, succeeded } from "./errors";
import { Future } from "./future";
import { Headers } from "./headers";
import { Json } from "./json";
import { Message } from "./message";
import { receive as receiveMessage } from "./messaging";
import { Payload } from "./payload";
import { pathIn, queryIn, segmentIn } from "./url";

/** An HTTP request to this atom; its body is the payload. */
export class HttpRequest extends Message {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;

  constructor(message: Message, head: Json) {
    super(message.bytes, message.number);
    this.method = head.get("method").asString();
    this.url = head.get("url").asString();
    this.headers = Headers.in(head.get("headers"));
  }

  /** The path of the URL, as it was sent: `/counter/apples`. */
  get path(): string {
    return pathIn(this.url);
  }

  /** A segment of the path, decoded: of `/counter/apples` segment 1 is `apples`. Empty if there is none. */
  segment(index: i32): string {
    return segmentIn(this.path, index);
  }

  /** A parameter of the query, decoded; null if there is none. */
  query(name: string): string | null {
    return queryIn(this.url, name);
  }

  /** The first header of that name; null if there is none. */
  header(name: string): string | null {
    return this.headers.get(name);
  }

  /**
   * Answers. Without a `content-type` among the headers, a string or a number is sent as plain text, `Json` as JSON,
   * bytes as `application/octet-stream`.
   */
  respond<T>(body: T, status: i32 = 200, headers: Headers | null = null): bool {
    const all = headers ? headers : new Headers();
    const pairs = encodeText(withType<T>(body, all).toString());
    const bytes = encode<T>(body);
    return succeeded<i32>(http_respond(status, at(pairs), pairs.byteLength, at(bytes), bytes.byteLength));
  }
}

/** What an outgoing request was answered; its body is the payload. */
export class HttpResponse extends Payload {
  constructor(
    readonly status: i32,
    readonly headers: Headers,
    body: Uint8Array,
  ) {
    super(body);
  }

  /** True for the statuses 200 to 299. */
  get ok(): bool {
    return this.status >= 200 && this.status < 300;
  }

  header(name: string): string | null {
    return this.headers.get(name);
  }
}

/** The future answer to an outgoing request. */
export class HttpFuture {
  constructor(readonly future: Future) {}

  /** Blocks until the response is there, of whatever status; null if there is none, or `timeoutMs` was over first. */
  await(timeoutMs: i64 = FOREVER): HttpResponse | null {
    const payload = this.future.await(timeoutMs);
    return payload ? responseIn(payload) : null;
  }
}

/** Receives the next message as an HTTP request; null if none came in time, or it is of another kind. */
export function receive(timeoutMs: i64 = FOREVER): HttpRequest | null {
  const message = receiveMessage(timeoutMs);
  return message ? from(message) : null;
}

/** Reads a received message as an HTTP request; null if it is of another kind. */
export function from(message: Message): HttpRequest | null {
  const text = message.isCurrent() ? textOrNull(http_head(0, 0)) : null;
  if (text === null) return null;
  const head = Json.parse(text);
  return head ? new HttpRequest(message, head) : null;
}

/** Sends a request to the outside. */
export function fetch<T>(method: string, url: string, body: T, headers: Headers | null = null): HttpFuture {
  const pairs = headers ? headers.toJson() : Json.array();
  const head = encodeText(Json.object().set("method", method).set("url", url).set("headers", pairs).toString());
  const bytes = encode<T>(body);
  return new HttpFuture(new Future(http_fetch(at(head), head.byteLength, at(bytes), bytes.byteLength)));
}

/** Sends a GET request to the outside. */
export function get(url: string, headers: Headers | null = null): HttpFuture {
  return fetch<string>("GET", url, "", headers);
}

/** Reads the payload of a completed `HttpFuture.future`, as `onComplete` gets it: u32 head length, JSON head, body. */
export function responseIn(payload: Payload): HttpResponse | null {
  const bytes = payload.bytes;
  const headEnd = bytes.length < 4 ? -1 : 4 + <i32>load<u32>(bytes.dataStart);
  if (headEnd < 4 || headEnd > bytes.length) {
    fails(ErrorCode.INVALID, "The payload is no HTTP response.");
    return null;
  }
  const head = Json.parse(decode(bytes.subarray(4, headEnd)));
  if (!head) return null;
  return new HttpResponse(
    <i32>head.get("status").asInteger(),
    Headers.in(head.get("headers")),
    bytes.subarray(headEnd),
  );
}

/** The headers as JSON pairs, with the content type of the body's own type where none is given. */
function withType<T>(body: T, headers: Headers): Json {
  const pairs = headers.toJson();
  if (headers.has("content-type")) return pairs;
  return pairs.push(Json.array().push("content-type").push(typeOf<T>(body)));
}

function typeOf<T>(body: T): string {
  if (isString<T>() || isInteger<T>() || isFloat<T>()) return "text/plain; charset=utf-8";
  return body instanceof Json ? "application/json" : "application/octet-stream";
}
