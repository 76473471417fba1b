import { Json, onInterrupt, receive } from "radon-as";
import { CREDIT, takeCredit } from "./book";
import { handle } from "./clerk";
export { radon_callback } from "radon-as";

/** An account as a daemon; it takes credits by interrupt as well. */
export function invoke(): void {
  onInterrupt(CREDIT, (message) => takeCredit(message.json() as Json, message.sender));
  for (let message = receive(); message; message = receive()) handle(message);
}
