import { config, receive, send } from "radon-as";

const nodes = <i32>config.integer("nodes", 1);

let left: i64 = 0;

/** A node of Big: pings nodes at random, each after the pong of the one before, and answers the pings of others meanwhile. */
export function invoke(): void {
  const message = receive(0);
  if (!message) return;
  const text = message.text;
  if (text == "ping") {
    send(message.sender, "pong");
    return;
  }
  left = text == "pong" ? left - 1 : message.integer();
  if (left > 0) send(anyNode(), "ping");
  else send("big", "done");
}

function anyNode(): string {
  const node = <i32>Math.floor(Math.random() * nodes);
  return "node-" + node.toString().padStart(3, "0");
}
