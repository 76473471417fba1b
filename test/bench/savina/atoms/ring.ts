import { clock, config, receive, replyTo, send } from "radon-as";

const next = config.text("next", "");

let token: i64 = 0;
let start: i64 = 0;

/**
 * Thread ring: the token is the number of hops that it still has to make. Whoever is asked with that number sends it round, and replies
 * with the microseconds it took once it is back; so the hops must be whole rounds.
 */
export function invoke(): void {
  const message = receive(0);
  if (!message) return;
  if (message.isRequest) {
    token = message.replyToken();
    start = clock.monotonic();
  }
  const hops = message.integer();
  if (hops > 0) send(next, hops - 1);
  else replyTo(token, clock.monotonic() - start);
}
