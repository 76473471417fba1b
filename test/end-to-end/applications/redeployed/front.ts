import { http, send } from "radon-as";
import { countMigration, enter } from "./ledger";
import { VERSION } from "./version";

export function migrate(): void {
  countMigration();
}

/** Enters an order, hands it on to both books, and answers with its version. */
export function invoke(): void {
  const request = http.receive();
  if (!request) return;
  const order = request.text;
  enter(order);
  // Back-pressure drops the turn, and the order comes again.
  assert(send("edge/book", order) && send("edge/daybook", order));
  request.respond(VERSION);
}
