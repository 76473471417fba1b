/** A request to one runtime of an application. `fetch` may not set the host, which is what names the runtime. */
import { request } from "node:http";
import { Readable } from "node:stream";

/** What may have no body, as `Response` has it. */
const WITHOUT_BODY = [204, 205, 304];

export async function send(url, to, { runtime, ...init } = {}) {
  const wanted = new Request(new URL(to, url), init);
  const body = Buffer.from(await wanted.arrayBuffer());
  const headers = Object.fromEntries(wanted.headers);
  if (body.length > 0) headers["content-length"] = String(body.length);
  if (runtime !== undefined) headers.host = `${runtime.toLowerCase()}.localhost:${new URL(url).port}`;
  return new Promise((resolve, reject) => {
    const { method, signal } = wanted;
    const sent = request(wanted.url, { method, headers, signal }, (answer) => resolve(responseOf(answer)));
    sent.once("error", reject);
    sent.end(body);
  });
}

function responseOf(answer) {
  const { statusCode: status, statusMessage: statusText, rawHeaders } = answer;
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at], rawHeaders[at + 1]);
  if (!WITHOUT_BODY.includes(status)) return new Response(Readable.toWeb(answer), { status, statusText, headers });
  answer.resume();
  return new Response(null, { status, statusText, headers });
}
