import { clock, receive, replyTo, send } from "radon-as";

const BALL = new Uint8Array(64);

let token: i64 = 0;
let start: i64 = 0;
let left: i64 = 0;

/** Ping pong: asked with a number, it plays that many balls, one at a time, and replies with the microseconds they took. */
export function invoke(): void {
  const message = receive(0);
  if (!message) return;
  if (message.isRequest) {
    token = message.replyToken();
    left = message.integer();
    start = clock.monotonic();
  } else {
    left--;
  }
  if (left > 0) send("pong", BALL);
  else replyTo(token, clock.monotonic() - start);
}
