import { Entry, kv, lastError, Message, receive } from "radon-as";

const USAGE = "Say put KEY VALUE, get KEY, delete KEY, list PREFIX or last PREFIX.";

/** Keeps notes in the store; keys hold no space. */
export function invoke(): void {
  const message = receive();
  if (!message) return;
  const space = message.text.indexOf(" ");
  const verb = message.text.substring(0, space);
  const rest = message.text.substring(space + 1);
  if (verb == "put") put(message, rest);
  else if (verb == "get") message.reply(found(kv.getText(rest)));
  else if (verb == "delete") message.reply(found(kv.delete(rest) ? "ok" : null));
  else if (verb == "list") message.reply(list(rest));
  else if (verb == "last") message.reply(last(rest));
  else message.fail(USAGE);
}

function put(message: Message, note: string): void {
  const space = note.indexOf(" ");
  if (space < 0) message.fail(USAGE);
  else if (kv.put(note.substring(0, space), note.substring(space + 1))) message.reply("ok");
  else message.fail(lastError().message);
}

/** What the store answered, or the name of its failure. */
function found(text: string | null): string {
  return text !== null ? text : lastError().name;
}

/** All notes under a prefix, in the order of their keys. */
function list(prefix: string): string {
  const lines: string[] = [];
  const notes = kv.entries(prefix);
  for (let note = notes.next(); note; note = notes.next()) lines.push(line(note));
  return lines.join("\n");
}

/** The same way backwards ends after one step. */
function last(prefix: string): string {
  const note = kv.entries(prefix, true).next();
  return found(note ? line(note) : null);
}

function line(note: Entry): string {
  return note.key + "=" + note.text;
}
