import { lastError, Message, receive, request } from "radon-as";

const PATIENCE_MS = 5_000;

/** Asked `NAME TEXT`, it asks the atom of that name with the text, and tells what came back. */
export function invoke(): void {
  const message = receive();
  if (!message) return;
  const space = message.text.indexOf(" ");
  if (space > 0) ask(message, message.text.substring(0, space), message.text.substring(space + 1));
  else message.fail("Say whom to ask, and what: NAME TEXT.");
}

function ask(message: Message, name: string, question: string): void {
  const answer = request(name, question, PATIENCE_MS).await();
  // What failed reads as CODE: SENTENCE.
  message.reply(answer ? `${name} says: ${answer.text}` : `${name}: ${lastError().toString()}`);
}
