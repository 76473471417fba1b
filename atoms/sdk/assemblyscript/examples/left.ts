import { lastError, onReentrant, receive, request } from "radon-as";
export { radon_callback } from "radon-as";

// `right` asks back before it answers. This atom awaits it by then: without a handler that request would fail with DEADLOCK.
onReentrant((question) => {
  question.reply(2 * question.integer());
});

/** Asks `right` with the number that it is asked, and passes the answer on. */
export function invoke(): void {
  const message = receive();
  if (!message) return;
  const answer = request("right", message).await();
  if (answer) message.reply(answer);
  else message.fail(lastError().toString());
}
