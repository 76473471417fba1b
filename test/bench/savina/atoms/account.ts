import { config, kv, Message, receive, request, send } from "radon-as";

const AMOUNTS = 1_000;
const keep = config.integer("keep", 0) == 1;

let balance: i64 = keep ? kv.getInteger("balance", 1_000_000) : 1_000_000;

/**
 * An account. A message orders a transfer: it is debited, waits until the other account is credited, and tells the teller; other messages
 * wait meanwhile. A request is a credit, or asks for the balance.
 */
export function invoke(): void {
  const message = receive(0);
  if (!message) return;
  if (!message.isRequest) transfer(<i32>message.integer());
  else if (message.text == "balance") message.reply(balance);
  else credit(message);
}

function transfer(order: i32): void {
  add(-(order % AMOUNTS));
  const to = "account-" + (order / AMOUNTS).toString().padStart(3, "0");
  assert(request(to, order % AMOUNTS).await() != null);
  send("teller", "done");
}

function credit(message: Message): void {
  add(message.integer());
  message.reply("");
}

function add(amount: i64): void {
  balance += amount;
  if (keep) kv.put("balance", balance);
}
