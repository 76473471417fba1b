/**
 * A teller moves money by requests: it withdraws at one account and deposits at the other, each until it is answered.
 * Between the two it blocks, and may start anew at any time; the accounts know a repeated order by its id.
 */
import { Json, kv, receive, request, sleep } from "radon-as";

const ANSWER_MS_MAX: i64 = 2_000;
const PAUSE_MS: i64 = 50;

export function invoke(): void {
  const message = receive();
  const order = message ? message.json() : null;
  if (!order) return;
  const outcome = ask(order.get("from").asString(), "withdraw", order);
  if (outcome == "done") ask(order.get("to").asString(), "deposit", order);
  settle(order.get("id").asString(), outcome);
}

/** Asks until there is an answer: a request ends with the instance, and whether it was served before is not known. */
function ask(account: string, op: string, order: Json): string {
  order.set("op", op);
  while (true) {
    const answer = request(account, order, ANSWER_MS_MAX).await();
    if (answer) return answer.text;
    sleep(PAUSE_MS);
  }
}

/** `settled/ID` is COUNTxOUTCOME: a transfer is settled once. */
function settle(id: string, outcome: string): void {
  const before = kv.getText("settled/" + id);
  const count = before === null ? 1 : I64.parseInt(before.split("x")[0]) + 1;
  kv.put("settled/" + id, count.toString() + "x" + outcome);
}
