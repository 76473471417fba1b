import { expect, test } from "vitest";
import { KeyRing } from "../../durable/signing/key-ring.ts";
import { secretOf } from "./peer-secret.ts";
import { CLOUD, EDGE, NOW_MS, ringFor } from "./peers.ts";

const idOf = (key: object) => ("id" in key ? key.id : key);

test("the newest key signs, and the one before it while the peer does not have the newest", () => {
  const ring = ringFor(EDGE, "k2", "k1");
  const newest = ring.signingKey(EDGE, NOW_MS);
  if ("code" in newest) throw new Error(newest.reason);
  expect(newest.id).toBe("k2");
  expect(ring.setAside(EDGE, newest, NOW_MS)).toBe(true);
  expect(idOf(ring.signingKey(EDGE, NOW_MS))).toBe("k1");
  expect(idOf(ring.signingKey(EDGE, NOW_MS + 30_000))).toBe("k2");
});

test("of one key there is no other to try, and it goes on signing", () => {
  const ring = ringFor(EDGE, "k1");
  const only = ring.signingKey(EDGE, NOW_MS);
  if ("code" in only) throw new Error(only.reason);
  expect(ring.setAside(EDGE, only, NOW_MS)).toBe(false);
  expect(idOf(ring.signingKey(EDGE, NOW_MS))).toBe("k1");
});

test("a runtime without a key for a peer says so", () => {
  expect(ringFor(EDGE, "k1").signingKey(CLOUD, NOW_MS)).toMatchObject({ code: "UNKNOWN_PEER" });
});

test.each([
  ["nothing", undefined],
  ["an empty text", ""],
  ["no JSON", "s3cret"],
  ["a short key", JSON.stringify({ runtime: "cloud", parts: 1, peers: { "edge-1": [{ id: "k1", key: "s3cret" }] } })],
  ["no keys for a peer", secretOf(CLOUD, EDGE)],
  ["three keys", secretOf(CLOUD, EDGE, "s3cret", "b", "c")],
])("%s as the secret is told of, without a word of what is in it", (_, secret) => {
  const ring = KeyRing.read({ RADON_PEER_KEYS: secret });
  expect(ring).toMatchObject({ code: "NO_KEYS" });
  expect(JSON.stringify(ring)).toContain("RADON_PEER_KEYS");
  expect(JSON.stringify(ring)).not.toContain("s3cret");
});
