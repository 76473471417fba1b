import { Headers, http, HttpRequest, Json, kv, Message, receive } from "radon-as";

/** Where the store keeps the count. */
const COUNT = "count";

/** Over HTTP, GET reads the counter and POST adds one; a request of another atom adds the number that it carries. */
export function invoke(): void {
  const message = receive();
  if (!message) return;
  const call = http.from(message);
  if (call) serve(call);
  else add(message);
}

function serve(call: HttpRequest): void {
  if (call.method == "GET") call.respond(Json.object().set("count", kv.getInteger(COUNT)));
  else if (call.method == "POST") call.respond(Json.object().set("count", increase(1)));
  else call.respond("GET reads the counter, POST adds one.\n", 405, Headers.with("allow", "GET, POST"));
}

function add(request: Message): void {
  if (request.isInteger) request.reply(increase(request.integer()));
  else request.fail("`" + request.text + "` is no number to add.");
}

function increase(by: i64): i64 {
  const count = kv.getInteger(COUNT) + by;
  kv.put(COUNT, count);
  return count;
}
