import { receive } from "radon-as";
import { handle } from "./clerk";

/** An account as a reactive atom. */
export function invoke(): void {
  const message = receive();
  if (message) handle(message);
}
