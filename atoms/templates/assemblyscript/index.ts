import { http, kv } from "radon-as";

/** Counts its visitors. What it writes and what it answers is committed together, or not at all. */
export function invoke(): void {
  const request = http.receive();
  if (!request) return;

  const visits = kv.getInteger("visits") + 1;
  kv.put("visits", visits);
  request.respond(`Hello, visitor ${visits}!\n`);
}
