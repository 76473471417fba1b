import { Headers, HttpRequest, Json, kv, lastError, selfName } from "radon-as";

/** The pairs live under this prefix, beside the `version`: the number of changes that this copy has seen. */
export const DATA = "data/";
export const DATA_END = "data0";
const LISTING_MAX = 100;
/** A page of pairs has to fit into a message of 1 MiB, even if JSON escapes all of it. */
const VALUE_BYTES_MAX = 64 * 1024;

export function version(orElse: i64): i64 {
  return kv.getInteger("version", orElse);
}

/** A change, as the primary and its replicas tell it to each other; a change without a value removes the key. */
export function changeIn(call: HttpRequest): Json {
  const change = Json.object().set("key", call.segment(1));
  return call.method == "PUT" ? change.set("value", call.text) : change;
}

/** True for PUT and DELETE /kv/{key}, with a value that fits into a message. */
export function isWrite(call: HttpRequest): bool {
  return call.segment(1) != "" && (call.method == "PUT" || call.method == "DELETE") && call.length <= VALUE_BYTES_MAX;
}

export function refuse(call: HttpRequest): void {
  if (call.length > VALUE_BYTES_MAX) answer(call, "A value has at most 64 KiB.\n", 413);
  else answer(call, "GET, PUT or DELETE /kv/{key}, or GET /kv?prefix=\n", 405);
}

export function apply(change: Json, newVersion: i64): void {
  const key = DATA + change.get("key").asString();
  if (change.has("value")) kv.put(key, change.get("value").asString());
  else kv.delete(key);
  kv.put("version", newVersion);
}

/** Every answer names the atom that gave it. */
export function answer<T>(call: HttpRequest, body: T, status: i32 = 200): bool {
  return call.respond(body, status, Headers.with("x-radon-atom", selfName()));
}

/** GET /kv/{key}, from this atom's own copy. */
export function read(call: HttpRequest): void {
  const key = call.segment(1);
  if (key == "") return list(call);
  const value = kv.getText(DATA + key);
  if (value !== null) answer(call, value);
  else answer(call, "There is no " + key + ".\n", 404);
}

/** GET /kv?prefix=...: the first pairs whose key starts so. */
function list(call: HttpRequest): void {
  const prefix = call.query("prefix");
  const entries = kv.prefix(DATA + (prefix ? prefix : ""), LISTING_MAX);
  const listing = Json.object();
  if (entries)
    for (let i = 0; i < entries.length; i++) listing.set(entries[i].key.substring(DATA.length), entries[i].text);
  if (!entries || !answer(call, listing)) answer(call, lastError().toString() + "\n", 413);
}
