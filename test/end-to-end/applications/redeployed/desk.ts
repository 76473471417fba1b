/**
 * All three atoms of the application, by their `role`: the front takes orders and hands each to both books, which enter it. Each
 * keeps how often every order came to it, and how often it migrated: whatever comes twice is counted twice.
 */
import { config, http, kv, receive, send } from "radon-as";
import { VERSION } from "./version";

export function migrate(): void {
  kv.put("migrations", kv.getInteger("migrations") + 1);
}

export function invoke(): void {
  const role = config.text("role", "");
  if (role == "front") serve();
  else if (role == "book") enterNext();
  else while (enterNext());
}

/** Answers an order with the version that runs. */
function serve(): void {
  const request = http.receive();
  if (!request) return;
  const order = request.text;
  enter(order);
  // Back-pressure drops the turn, and the order comes again.
  assert(send("edge/book", order) && send("edge/daybook", order));
  request.respond(VERSION);
}

function enterNext(): bool {
  const order = receive();
  if (!order) return false;
  enter(order.text);
  return true;
}

function enter(order: string): void {
  const key = "order/" + order;
  kv.put(key, kv.getInteger(key) + 1);
}
