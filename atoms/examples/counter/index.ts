import { http, kv } from "radon-as";

/** GET reads a counter, POST increments it. The path names it: /counter/apples. */
export function invoke(): void {
  const request = http.receive();
  if (!request) return;

  const name = request.path;
  let count = kv.getInteger(name);
  if (request.method == "POST") kv.put(name, ++count);
  request.respond(count);
}
