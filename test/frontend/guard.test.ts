import { describe, expect, test } from "vitest";
import { isLoopback } from "../../workers/frontend/guard.ts";
import { ok, problemOf, world } from "./fakes.ts";

const deployed = { development: false };
const secret = { RADON_TOKEN: "s3cret" };
const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });
const guarded = [
  ["GET", "/_radon/v1/runtimes"],
  ["GET", "/_radon/v1/atoms/cloud/counter"],
  ["POST", "/_radon/v1/atoms/cloud/counter/messages"],
  ["DELETE", "/_radon/v1/atoms/cloud/counter/kv/a"],
  ["GET", "/_radon/v1/no-such-thing"],
  ["OPTIONS", "/_radon/v1/runtimes"],
  ["GET", "/_radon/v1"],
  ["GET", "/%5Fradon/v1/runtimes"],
  ["GET", "/_radon/metrics"],
  ["POST", "/_radon/start"],
] as const;

describe("invariant 1: deployed, the token", () => {
  test.each(guarded)("%s %s takes it", async (method, path) => {
    const { seen, send } = world(ok, deployed, secret);
    const without = await send(path, { method });
    expect(without.headers.get("www-authenticate")).toBe('Bearer realm="radon"');
    expect(await problemOf(without)).toMatchObject({ status: 401, code: "UNAUTHORIZED" });
    expect((await send(path, { method, ...bearer("s3cret!") })).status).toBe(401);
    expect(seen).toEqual([]);
    expect([401, 403]).not.toContain((await send(path, { method, ...bearer("s3cret") })).status);
  });

  test.each(["Bearer wrong", "Bearer s3cre", "Bearer s3crets", "Basic s3cret", "s3cret", "Bearer", "Bearer s3cret x"])(
    "%s is refused",
    async (authorization) => {
      const { send } = world(ok, deployed, secret);
      expect((await send("/_radon/v1/runtimes", { headers: { authorization } })).status).toBe(401);
    },
  );

  test("the scheme may be in any case", async () => {
    const { send } = world(ok, deployed, secret);
    const headers = { authorization: "bearer s3cret" };
    expect((await send("/_radon/v1/runtimes", { headers })).status).toBe(200);
  });

  test("a wrong token is told of as such", async () => {
    const { send } = world(ok, deployed, secret);
    const response = await send("/_radon/v1/runtimes", bearer("wrong"));
    expect(response.headers.get("www-authenticate")).toContain("invalid_token");
  });

  test.each([{}, { RADON_TOKEN: "" }, { RADON_TOKEN: { get: () => "s" } }])(
    "without the secret %j it is closed, and says how to open it",
    async (secrets) => {
      const { seen, send } = world(ok, deployed, secrets);
      const body = await problemOf(await send("/_radon/v1/runtimes", bearer("")));
      expect(body).toMatchObject({ status: 403, code: "DENIED" });
      expect(body.detail).toContain("wrangler secret put RADON_TOKEN");
      expect(seen).toEqual([]);
    },
  );

  test("health, the document and the triggers are open", async () => {
    const { send } = world(ok, deployed);
    for (const path of ["/_radon/health", "/_radon/openapi.json", "/counter/x"])
      expect((await send(path)).status).toBe(200);
  });

  test("no host is refused: it is the token that counts", async () => {
    const { send } = world(ok, deployed, secret);
    expect((await send("https://radon.example.com/_radon/v1/runtimes", bearer("s3cret"))).status).toBe(200);
  });
});

describe("invariant 2: in development, this machine only", () => {
  test.each(["localhost:8787", "edge-1.localhost:8787", "127.0.0.1:8787", "127.9.9.9", "[::1]:8787"])(
    "%s may",
    async (host) => {
      const { send } = world(ok);
      expect((await send(`http://${host}/_radon/v1/runtimes`)).status).toBe(200);
    },
  );

  test.each(guarded)("a rebound name may not: %s %s", async (method, path) => {
    const { seen, send } = world(ok);
    for (const host of [
      "evil.example.com",
      "localhost.evil.com",
      "127.0.0.1.evil.com",
      "192.168.1.4",
      "notlocalhost",
    ]) {
      expect(await problemOf(await send(`http://${host}${path}`, { method }))).toMatchObject({
        status: 403,
        code: "DENIED",
      });
    }
    expect(seen).toEqual([]);
  });

  test("the Host header counts as well as the URL", async () => {
    const { send } = world(ok);
    expect((await send("/_radon/v1/runtimes", { headers: { host: "evil.example.com" } })).status).toBe(403);
    expect((await send("/_radon/v1/runtimes", { headers: { host: "cloud.localhost:1" } })).status).toBe(200);
  });

  test.each([
    [{ origin: "https://evil.example.com" }, 403],
    [{ origin: "null" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ origin: "http://localhost:8787", "sec-fetch-site": "same-origin" }, 202],
    [{ origin: "http://127.0.0.1:8787" }, 202],
    [{ "sec-fetch-site": "none" }, 202],
  ])("a page that sends %j gets %i", async (headers, status) => {
    const { send } = world(() => new Response(null, { status: 202 }));
    const response = await send("/_radon/v1/atoms/cloud/counter/messages", { method: "POST", headers, body: "x" });
    expect(response.status).toBe(status);
  });

  test("the triggers take any host", async () => {
    const { send } = world(ok);
    expect((await send("http://radon.example.com/counter/x")).status).toBe(200);
  });
});

test("what is a loopback host", () => {
  const hosts = [
    "localhost",
    "a.localhost",
    "127.0.0.1",
    "[::1]",
    "localhost.com",
    "alocalhost",
    "128.0.0.1",
    "::1",
    "",
  ];
  expect(hosts.filter(isLoopback)).toEqual(["localhost", "a.localhost", "127.0.0.1", "[::1]"]);
});
