/** Computes until signal 1 comes, which it allows to come in the midst of that, and answers with what it was sent. */
import { onInterrupt, preemptInterrupts, receive } from "radon-as";
export { radon_callback } from "radon-as";

let enough = false;

export function invoke(): void {
  onInterrupt(1, (_message) => {
    enough = true;
  });
  enough = false;
  const message = receive();
  let rounds: u64 = 0;
  preemptInterrupts(true);
  while (!enough) rounds++;
  preemptInterrupts(false);
  if (message && rounds > 0) message.reply(message.text);
}
