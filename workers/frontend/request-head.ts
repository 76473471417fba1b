/** The head of an HTTP request as its atom reads it with `radon:http.head`. */

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

const encoder = new TextEncoder();

/** JSON in UTF-8: `{"method","url","headers":[[name,value],...]}`. */
export function requestHead(request: Request): Uint8Array {
  const dropped = new Set([...HOP_BY_HOP, ...namedByConnection(request)]);
  const headers = [...request.headers].filter(([name]) => !dropped.has(name));
  return encoder.encode(JSON.stringify({ method: request.method, url: request.url, headers }));
}

/** `Connection` itself may name further headers that end at this hop. */
function namedByConnection(request: Request): string[] {
  return (request.headers.get("connection") ?? "").split(",").map((name) => name.trim().toLowerCase());
}
