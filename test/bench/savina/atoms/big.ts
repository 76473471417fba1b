import { clock, config, receive, replyTo, send } from "radon-as";

const nodes = <i32>config.integer("nodes", 1);

let token: i64 = 0;
let start: i64 = 0;
let playing: i32 = 0;

/** Big: sends every node off with the number it was asked with, and replies with the microseconds until all are done. */
export function invoke(): void {
  const message = receive(0);
  if (!message) return;
  if (message.isRequest) {
    token = message.replyToken();
    start = clock.monotonic();
    playing = nodes;
    for (let node = 0; node < nodes; node++) send("node-" + node.toString().padStart(3, "0"), message);
  } else if (--playing == 0) {
    replyTo(token, clock.monotonic() - start);
  }
}
