/**
 * An account's book, which the harness reads at the end. Nothing in it hides a fault of the runtime: a movement that comes
 * twice is entered twice, and a gap in the numbers of a sender is written down.
 *
 *     balance              what is left
 *     out/ID, in/ID        COUNTxAMOUNT: how often the transfer was debited or credited here
 *     no/ID                a transfer that was declined for want of money
 *     sent/CHANNEL/PEER    the number of the last movement to a peer on a channel
 *     got/CHANNEL/PEER     the same, of those from a peer
 *     disorder/PEER/N      a movement that came with the number N where another one was due
 */
import { config, interrupt, Json, kv, send } from "radon-as";

/** The signal under which daemons take credits. */
export const CREDIT: i32 = 1;

export function balance(): i64 {
  return kv.getInteger("balance", config.integer("opening", 0));
}

/** Debits the account and sends the credit on its way, in one turn. */
export function transfer(order: Json): void {
  const to = order.get("to").asString();
  const channel = order.get("channel").asString("mail");
  debit(order);
  const numbered = Json.object()
    .set("op", "credit")
    .set("id", order.get("id").asString())
    .set("amount", order.get("amount").asInteger())
    .set("channel", channel)
    .set("number", next("sent/" + channel + "/" + to));
  // Back-pressure drops the turn, and the order comes again.
  assert(channel == "interrupt" ? interrupt(to, CREDIT, numbered) : send(to, numbered));
}

/** True if the account has the money; if not, that is written down. */
export function affords(order: Json): bool {
  if (balance() >= order.get("amount").asInteger()) return true;
  kv.put("no/" + order.get("id").asString(), "");
  return false;
}

export function debit(order: Json): void {
  move("out/", order, -order.get("amount").asInteger());
}

export function credit(order: Json): void {
  move("in/", order, order.get("amount").asInteger());
}

/** Takes a credit that another account sent, and looks at its number. */
export function takeCredit(order: Json, sender: string): void {
  const number = order.get("number").asInteger();
  const key = "got/" + order.get("channel").asString() + "/" + sender;
  if (number != kv.getInteger(key) + 1) kv.put("disorder/" + sender + "/" + number.toString(), kv.getInteger(key));
  kv.put(key, number);
  credit(order);
}

export function isEntered(side: string, order: Json): bool {
  return kv.get(side + order.get("id").asString()) !== null;
}

function move(side: string, order: Json, change: i64): void {
  const key = side + order.get("id").asString();
  const before = kv.getText(key);
  const count = before === null ? 1 : I64.parseInt(before.split("x")[0]) + 1;
  kv.put(key, count.toString() + "x" + order.get("amount").asInteger().toString());
  kv.put("balance", balance() + change);
}

function next(key: string): i64 {
  const number = kv.getInteger(key) + 1;
  kv.put(key, number);
  return number;
}
