import { config, kv, receive } from "radon-as";

const keep = config.integer("keep", 0) == 1;

let count: i64 = keep ? kv.getInteger("count") : 0;
let result: f64 = 0;

/** Computes something with each message and counts it; a request is answered with the count, and the count starts anew. */
export function invoke(): void {
  const message = receive(0);
  if (!message) return;
  if (message.isRequest) {
    message.reply(count);
    count = 0;
  } else {
    result += Math.sin(37.2 + <f64>count);
    count++;
  }
  if (keep) kv.put("count", count);
}
