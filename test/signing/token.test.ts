import { UnsecuredJWT } from "jose";
import { describe, expect, test } from "vitest";
import type { KeyRing, PeerKey } from "../../durable/signing/key-ring.ts";
import { signAnswer, signRequest, verifyAnswer, verifyRequest } from "../../durable/signing/token.ts";
import { CLOUD, EDGE, NOW_MS, requestClaims, ringFor } from "./peers.ts";

const edge = ringFor(CLOUD, "k1");
const cloud = ringFor(EDGE, "k1");

function signingKey(ring: KeyRing, peer = CLOUD): PeerKey {
  const key = ring.signingKey(peer, NOW_MS);
  if ("code" in key) throw new Error(key.reason);
  return key;
}

const signed = (changes = {}, ring = edge, nowMs = NOW_MS) =>
  signRequest(requestClaims(changes), signingKey(ring), nowMs);

/** What `cloud` says to a token. */
async function judged(token: string, nowMs = NOW_MS, ring = cloud) {
  const answer = await verifyRequest(token, ring, nowMs);
  return "code" in answer ? answer : { code: "GOOD", reason: "", claims: answer.claims };
}

describe("a token of a request", () => {
  test("says who asks whom for what, and when it was signed", async () => {
    const verdict = await judged(await signed());
    expect(verdict).toMatchObject({ code: "GOOD", claims: { ...requestClaims(), signedAtMs: NOW_MS } });
  });

  test("of another key is refused, and the reason names both runtimes and the key", async () => {
    const stranger = ringFor(CLOUD, "k1x");
    const other = { ...signingKey(stranger), id: "k1" };
    const verdict = await judged(await signRequest(requestClaims(), other, NOW_MS));
    expect(verdict.code).toBe("WRONG_KEY");
    expect(verdict.reason).toMatch(/edge-1.*k1.*cloud/);
  });

  test("of a key or a runtime that is not known is refused, each with its own code", async () => {
    expect(await judged(await signed({}, ringFor(CLOUD, "k2")))).toMatchObject({ code: "UNKNOWN_KEY" });
    expect(await judged(await signed({ issuer: "edge-9" }))).toMatchObject({ code: "UNKNOWN_PEER" });
  });

  test("for another runtime is refused, and the reason says whose url is wrong", async () => {
    const verdict = await judged(await signed({ audience: "edge-2" }));
    expect(verdict).toMatchObject({ code: "WRONG_AUDIENCE" });
    expect(verdict.reason).toContain("the url of edge-2 leads to the wrong runtime");
  });

  test("that was changed, or is signed with nothing, is refused", async () => {
    const [head, , signature] = (await signed()).split(".");
    const body = Buffer.from(JSON.stringify({ ...requestClaims(), iss: EDGE, aud: CLOUD, iat: NOW_MS / 1_000 }));
    expect(await judged(`${head}.${body.toString("base64url")}.${signature}`)).toMatchObject({ code: "WRONG_KEY" });
    const unsecured = new UnsecuredJWT({ ...requestClaims() }).setIssuer(EDGE).setAudience(CLOUD).encode();
    expect(await judged(unsecured)).toMatchObject({ code: "UNSIGNED" });
    expect(await judged("")).toMatchObject({ code: "UNSIGNED" });
    expect(await judged("x".repeat(100_000))).toMatchObject({ code: "UNSIGNED" });
  });

  test.each([
    [-60, "GOOD"],
    [-61, "WRONG_TIME"],
    [89, "GOOD"],
    [90, "WRONG_TIME"],
  ])("that reaches a clock %i s after it was signed: %s", async (seconds, code) => {
    expect((await judged(await signed(), NOW_MS + seconds * 1_000)).code).toBe(code);
  });

  test("that is late is told both clocks", async () => {
    const verdict = await judged(await signed(), NOW_MS + 300_000);
    expect(verdict.reason).toContain("2026-11-05T12:00:00.000Z by the clock of edge-1");
    expect(verdict.reason).toContain("the clock of cloud says 2026-11-05T12:05:00.000Z");
  });

  test("is good with each of two keys while they are changed", async () => {
    const rotating = ringFor(EDGE, "k2", "k1");
    expect((await judged(await signed(), NOW_MS, rotating)).code).toBe("GOOD");
    expect((await judged(await signed({}, ringFor(CLOUD, "k2", "k1")), NOW_MS, rotating)).code).toBe("GOOD");
    expect((await judged(await signed(), NOW_MS, ringFor(EDGE, "k2"))).code).toBe("UNKNOWN_KEY");
  });
});

describe("a token of an answer", () => {
  const claims = { issuer: CLOUD, audience: EDGE, to: "request-1", sha256: "y".repeat(43), size: 7 };

  test("says which request it answers", async () => {
    const token = await signAnswer(claims, signingKey(cloud, EDGE), NOW_MS);
    expect(await verifyAnswer(token, edge, NOW_MS)).toEqual({ ...claims, signedAtMs: NOW_MS });
  });

  test("never passes for a request, nor a request's for an answer", async () => {
    const answer = await signAnswer({ ...claims, issuer: EDGE, audience: CLOUD }, signingKey(edge), NOW_MS);
    expect(await judged(answer)).toMatchObject({ code: "UNSIGNED" });
    const request = await signRequest(requestClaims(), signingKey(edge), NOW_MS);
    expect(await verifyAnswer(request, cloud, NOW_MS)).toMatchObject({ code: "UNSIGNED" });
  });
});
