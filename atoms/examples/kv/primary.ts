import { http, HttpRequest, Json, kv, Message, naming, receive, send } from "radon-as";
import { answer, apply, changeIn, DATA, DATA_END, isWrite, read, refuse, version } from "./store";

/** A page ends after these many; see VALUE_BYTES_MAX. */
const PAGE_CHARACTERS = 64 * 1024;
const PAGE_ENTRIES = 50;

/** The primary takes all writes, gives each a version, and sends it to every replica. */
export function invoke(): void {
  const message = receive();
  if (!message) return;
  const call = message.isHttp ? http.from(message) : null;
  if (call) serve(call);
  else if (message.isRequest) obey(message);
}

function serve(call: HttpRequest): void {
  if (call.method == "GET") read(call);
  else if (!isWrite(call)) refuse(call);
  else answer(call, Json.object().set("version", write(changeIn(call))));
}

/** What replicas ask for: a change, or a page of all pairs. */
function obey(message: Message): void {
  const order = message.json();
  if (!order) message.fail("This is no JSON.");
  else if (order.has("from")) message.reply(page(order.get("from").asString()));
  else message.reply(write(order));
}

/**
 * The lookup comes first, as it is a blocking point, which commits what was done before. What follows is one turn: the
 * write, its copies and the answer happen together or not at all.
 */
function write(change: Json): i64 {
  const replicas = naming.lookup("kv", "replica");
  const next = version(0) + 1;
  apply(change, next);
  change.set("version", next);
  if (replicas) for (let i = 0; i < replicas.length; i++) send(replicas[i], change);
  return next;
}

/** A page of the snapshot: the pairs from a key on. */
function page(from: string): Json {
  const pairs = Json.object();
  const entries = kv.scan(DATA + from, DATA_END, PAGE_ENTRIES);
  let size = 0;
  if (entries) {
    for (let i = 0; i < entries.length && size < PAGE_CHARACTERS; i++) {
      pairs.set(entries[i].key.substring(DATA.length), entries[i].text);
      size += entries[i].length;
    }
  }
  return Json.object().set("version", version(0)).set("pairs", pairs);
}
