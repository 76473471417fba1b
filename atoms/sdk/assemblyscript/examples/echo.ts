import { receive } from "radon-as";

/** Runs once for each message: the reply to a request is its payload, byte for byte. */
export function invoke(): void {
  const request = receive();
  if (request) request.reply(request);
}
