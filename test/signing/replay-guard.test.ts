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

test("an id is kept as long as its token could be good, also by a clock that is ahead, and then forgotten", () => {
  const object = guard();
  object.admit(stamp("a"), NOW_MS);
  object.admit(stamp("ahead", "edge-1", NOW_MS + 60_000), NOW_MS);
  object.admit(stamp("b"), NOW_MS + TOKEN_KNOWN_MS);
  expect(kept()).toEqual([{ id: "a" }, { id: "ahead" }, { id: "b" }]);
  object.admit(stamp("c"), NOW_MS + TOKEN_KNOWN_MS + 11_000);
  expect(kept()).toEqual([{ id: "ahead" }, { id: "b" }, { id: "c" }]);
});

test("with as many as it may keep the object is busy, and takes more when the first are forgotten", () => {
  guard().admit(stamp("first"), NOW_MS);
  database.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 49999)
     INSERT INTO signed_requests SELECT 'edge-1', 'n' || i, ${NOW_MS + 1} FROM n`,
  );
  const object = guard();
  expect(object.admit(stamp("late"), NOW_MS)).toMatchObject({ code: "BUSY" });
  expect(object.admit(stamp("late"), NOW_MS + 11_000)).toBeUndefined();
});
