/** An HTTP request as an atom's object takes it: u32 length of the head, the head as JSON, the body. */

/** Headers that are for one connection only (RFC 9110, section 7.6.1) and mean nothing to the atom behind it. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export interface RequestHead {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
}

export function requestHead(request: Request): RequestHead {
  const dropped = new Set([...HOP_BY_HOP, ...namedByConnection(request)]);
  const headers = [...request.headers].filter(([name]) => !dropped.has(name));
  return { method: request.method, url: request.url, headers };
}

/** `Connection` itself may name further headers that end at this hop. */
function namedByConnection(request: Request): string[] {
  return (request.headers.get("connection") ?? "").split(",").map((name) => name.trim().toLowerCase());
}

export function encodeTrigger(head: RequestHead, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const headBytes = new TextEncoder().encode(JSON.stringify(head));
  const whole = new Uint8Array(4 + headBytes.byteLength + body.byteLength);
  new DataView(whole.buffer).setUint32(0, headBytes.byteLength, true);
  whole.set(headBytes, 4);
  whole.set(body, 4 + headBytes.byteLength);
  return whole;
}
