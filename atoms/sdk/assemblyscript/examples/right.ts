import { lastError, receive, request } from "radon-as";

/** Asks `left` back with the same number, and answers one more than it says. */
export function invoke(): void {
  const message = receive();
  if (!message) return;
  const doubled = request("left", message).await();
  if (doubled) message.reply(doubled.integer() + 1);
  else message.fail(lastError().toString());
}
