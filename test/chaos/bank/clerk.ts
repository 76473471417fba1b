/** What an account does with a message, whether it is a reactive atom or a daemon. Nothing here blocks, so it is one turn. */
import { http, HttpRequest, Json, Message } from "radon-as";
import { affords, credit, debit, isEntered, takeCredit, transfer } from "./book";

export function handle(message: Message): void {
  const order = message.json();
  if (!order) return;
  const call = message.isHttp ? http.from(message) : null;
  if (call) answer(call, obey(order));
  else if (message.isRequest) message.reply(obey(order));
  else if (order.get("op").asString() == "credit") takeCredit(order, message.sender);
  else transfer(order);
  // The fault that some orders carry: their first attempts trap once all is done, and nothing of that may remain.
  assert(message.attempt > <i32>order.get("traps").asInteger());
}

function answer(call: HttpRequest, outcome: string): void {
  call.respond(outcome, outcome == "done" ? 201 : 200);
}

/**
 * The answer to an order. Those of a teller are repeated until they are answered, so they are told apart by the id of the
 * transfer; all others are the runtime's to deliver once.
 */
function obey(order: Json): string {
  const op = order.get("op").asString();
  if (op == "withdraw") return withdraw(order);
  if (op == "deposit") {
    if (!isEntered("in/", order)) credit(order);
    return "done";
  }
  if (!affords(order)) return "declined";
  transfer(order);
  return "done";
}

function withdraw(order: Json): string {
  if (isEntered("out/", order)) return "done";
  if (isEntered("no/", order) || !affords(order)) return "declined";
  debit(order);
  return "done";
}
