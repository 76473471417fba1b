import { receive, send } from "radon-as";

/** Plays every ball back. */
export function invoke(): void {
  const ball = receive(0);
  if (ball) send("ping", ball);
}
