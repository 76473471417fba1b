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
  const named = namedByConnection(request);
  const headers: [name: string, value: string][] = [];
  for (const header of request.headers)
    if (!HOP_BY_HOP.has(header[0]) && !named.includes(header[0])) headers.push(header);
  return encoder.encode(JSON.stringify({ method: request.method, url: request.url, headers }));
}

/** `Connection` itself may name further headers that end at this hop. */
function namedByConnection(request: Request): string[] {
  const header = request.headers.get("connection");
  return header === null ? [] : header.split(",").map((name) => name.trim().toLowerCase());
}
