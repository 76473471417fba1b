import { Json, kv, naming, receive, selfName } from "radon-as";

/** A member of chat rooms. It is in those rooms whose topic is one of its aliases, and keeps what is said there. */
export function invoke(): void {
  const message = receive();
  const order = message ? message.json() : null;
  if (!message || !order) return;

  const action = order.get("do").asString();
  const topic = order.get("topic").asString();
  if (action == "keep") {
    keep(topic, order.get("text").asString());
  } else if (action == "read") {
    message.reply(history(topic));
  } else if (action == "join") {
    naming.alias("topic", topic);
    message.reply(selfName() + " joined " + topic);
  } else if (action == "leave") {
    naming.unalias("topic", topic);
    message.reply(selfName() + " left " + topic);
  }
}

/** Keys sort as bytes, so the padded number keeps the messages in order. */
function keep(topic: string, text: string): void {
  const number = kv.getInteger("count") + 1;
  kv.put("count", number);
  kv.put(`said/${topic}/${`${number}`.padStart(10, "0")}`, text);
}

function history(topic: string): Json {
  const texts = Json.array();
  const entries = kv.prefix("said/" + topic + "/");
  if (entries) for (let i = 0; i < entries.length; i++) texts.push(entries[i].text);
  return texts;
}
