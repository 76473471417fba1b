import { http, HttpRequest, Json, kv, lastError, naming, Payload, receive, request } from "radon-as";
import { answer, apply, changeIn, DATA, isWrite, read, refuse, version } from "./store";

const PATIENCE_MS = 5000;

/** A replica answers reads from its own copy, near whoever asks, and forwards writes to the primary. */
export function invoke(): void {
  const message = receive();
  if (!message) return;
  const loaded = version(-1) >= 0 || load();
  const call = message.isHttp ? http.from(message) : null;
  if (call) serve(call, loaded);
  else if (loaded) follow(message.json());
}

function serve(call: HttpRequest, loaded: bool): void {
  if (call.method != "GET") forward(call);
  else if (loaded) read(call);
  else answer(call, "No copy yet: " + lastError().toString() + "\n", 503);
}

function forward(call: HttpRequest): void {
  if (!isWrite(call)) return refuse(call);
  const written = askPrimary(changeIn(call));
  if (written) answer(call, Json.object().set("version", written.integer()));
  else answer(call, lastError().toString() + "\n", 502);
}

/**
 * The primary's messages come in order, so versions do too. After a gap, such as a missed first one, all is loaded
 * again.
 */
function follow(change: Json | null): void {
  if (!change) return;
  const next = change.get("version").asInteger();
  if (next == version(-1) + 1) apply(change, next);
  else if (next > version(-1)) load();
}

/**
 * Copies the primary's pairs, page by page. The copy is as old as the first page says: what changes while the rest
 * is read comes again as a message.
 */
function load(): bool {
  forget();
  let from = "";
  let first: i64 = -1;
  while (true) {
    const payload = askPrimary(Json.object().set("from", from));
    const page = payload ? payload.json() : null;
    if (!page) return false;
    if (first < 0) first = page.get("version").asInteger();
    const keys = page.get("pairs").keys();
    if (keys.length == 0) break;
    for (let i = 0; i < keys.length; i++) kv.put(DATA + keys[i], page.get("pairs").get(keys[i]).asString());
    from = keys[keys.length - 1] + "\0";
  }
  return kv.put("version", first);
}

function forget(): void {
  kv.delete("version");
  for (let old = kv.prefix(DATA, 50); old && old.length > 0; old = kv.prefix(DATA, 50)) {
    for (let i = 0; i < old.length; i++) kv.delete(old[i].key);
  }
}

function askPrimary(what: Json): Payload | null {
  const primary = naming.lookupAny("kv", "primary");
  return primary ? request(primary, what, PATIENCE_MS).await() : null;
}
