import { DatabaseSync } from "node:sqlite";
import { beforeEach, expect, test } from "vitest";
import type { RuntimeName } from "../../durable/core/names.ts";
import { ReplayGuard } from "../../durable/signing/replay-guard.ts";
import { TOKEN_KNOWN_MS } from "../../durable/signing/token.ts";
import { storageOn } from "../core/node-storage.ts";
import { EDGE, NOW_MS } from "./peers.ts";

let database: DatabaseSync;
const guard = () => new ReplayGuard(storageOn(database).sql);
const stamp = (id: string, issuer: string = EDGE, signedAtMs = NOW_MS) => ({
  issuer: issuer as RuntimeName,
  id,
  signedAtMs,
});
const kept = () => database.prepare("SELECT id FROM signed_requests ORDER BY id").all();

beforeEach(() => {
  database = new DatabaseSync(":memory:");
});

test("a request is taken once, by whom it was signed", () => {
  const object = guard();
  expect(object.admit(stamp("a"), NOW_MS)).toBeUndefined();
  expect(object.admit(stamp("a"), NOW_MS + 1)).toMatchObject({ code: "REPLAYED" });
  expect(object.admit(stamp("a", "edge-2"), NOW_MS)).toBeUndefined();
});

test("a new life of the object knows what the one before it took", () => {
  guard().admit(stamp("a"), NOW_MS);
  expect(guard().admit(stamp("a"), NOW_MS)).toMatchObject({ code: "REPLAYED" });
});

test("an id is kept as long as its token could be good, also one of a clock that is ahead, and then forgotten", () => {
  const object = guard();
  object.admit(stamp("a"), NOW_MS);
  object.admit(stamp("ahead", "edge-1", NOW_MS + 60_000), NOW_MS);
  const endMs = NOW_MS + TOKEN_KNOWN_MS;
  object.admit(stamp("b", "edge-1", endMs), endMs);
  expect(kept()).toEqual([{ id: "a" }, { id: "ahead" }, { id: "b" }]);
  object.admit(stamp("c", "edge-1", endMs), endMs + 2_000);
  expect(kept()).toEqual([{ id: "ahead" }, { id: "b" }, { id: "c" }]);
});

test("with as many as it may keep the object is busy, in its next life too, and takes more when some are forgotten", () => {
  const few = () => new ReplayGuard(storageOn(database).sql, 3);
  for (const id of ["a", "b"]) expect(few().admit(stamp(id), NOW_MS)).toBeUndefined();
  const object = few();
  expect(object.admit(stamp("c", "edge-1", NOW_MS + 5_000), NOW_MS)).toBeUndefined();
  expect(object.admit(stamp("d"), NOW_MS)).toMatchObject({ code: "BUSY" });
  expect(few().admit(stamp("d"), NOW_MS)).toMatchObject({ code: "BUSY" });
  const laterMs = NOW_MS + TOKEN_KNOWN_MS + 2_000;
  for (const id of ["e", "f"]) expect(object.admit(stamp(id, "edge-1", laterMs), laterMs)).toBeUndefined();
  expect(object.admit(stamp("g", "edge-1", laterMs), laterMs)).toMatchObject({ code: "BUSY" });
});
