import { describe, expect, test } from "vitest";
import { problem } from "../../durable/problem.ts";
import { atom, cloud, ok, problemOf, stateOf, textOf, world, type Answerer } from "./fakes.ts";

const BASE = "/_radon/v1/atoms/cloud/counter";
const MIB = 1024 * 1024;

describe("each operation reaches its route of the object", () => {
  const routes: readonly (readonly [method: string, path: string, route: string])[] = [
    ["GET", "", "/state"],
    ["GET", "/storage", "/storage"],
    ["POST", "/messages", "/messages"],
    ["POST", "/requests", "/requests?timeout_ms=30000"],
    ["POST", "/requests?timeout_ms=250", "/requests?timeout_ms=250"],
    ["POST", "/interrupts/7", "/interrupts/7"],
    ["POST", "/interrupts/-2147483648", "/interrupts/-2147483648"],
    ["POST", "/restart", "/restart"],
    ["GET", "/kv", "/kv?prefix=&limit=100"],
    ["GET", "/kv?limit=5&prefix=%FF%2Fa+b&cursor=x%2By", "/kv?prefix=%FF%2Fa%20b&limit=5&cursor=x%2By"],
    ["GET", "/kv?prefix=%25", "/kv?prefix=%25&limit=100"],
    ["GET", "/kv/a", "/kv/a"],
    ["PUT", "/kv/a", "/kv/a"],
    ["DELETE", "/kv/a", "/kv/a"],
    ["GET", "/kv/a/b%2Fc", "/kv/a%2Fb%2Fc"],
    ["GET", "/kv/%ff%00.~%20%C3%A8", "/kv/%FF%00.~%20%C3%A8"],
    ["GET", "/kv/user:1", "/kv/user%3A1"],
    ["GET", "/logs", "/logs"],
    ["GET", "/dead-letters", "/dead-letters?after=0&limit=100"],
    ["GET", "/dead-letters?limit=2&after=7", "/dead-letters?after=7&limit=2"],
    ["POST", "/dead-letters/12/redeliver", "/dead-letters/12/redeliver"],
    ["DELETE", "/dead-letters/12", "/dead-letters/12"],
  ];
  test.each(routes)("%s %s", async (method, path, route) => {
    const { seen, send } = world(() => new Response("answer", { status: 203, headers: { "x-object": "1" } }));
    const response = await send(BASE + path, { method });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ binding: "ATOMS", object: "counter", method, route });
    expect([response.status, await response.text(), response.headers.get("x-object")]).toEqual([203, "answer", "1"]);
  });

  test("of a peer's atom through the peer's binding", async () => {
    const { seen, send } = world(ok);
    await send("/_radon/v1/atoms/edge-1/ticker");
    expect(seen.map((each) => `${each.binding}/${each.object}`)).toEqual(["ATOMS_1/ticker"]);
  });

  test("with the payload, where there is one", async () => {
    const { seen, send } = world(ok);
    for (const path of ["/messages", "/requests", "/interrupts/1"])
      await send(BASE + path, { method: "POST", body: "pay" });
    await send(`${BASE}/kv/k`, { method: "PUT", body: "pay" });
    expect(seen.map((each) => textOf(each.body))).toEqual(["pay", "pay", "pay", "pay"]);
  });

  test("with the idempotency key, for messages and requests", async () => {
    const { seen, send } = world(ok);
    const init = { method: "POST", headers: { "idempotency-key": "k" } };
    for (const path of ["/messages", "/requests", "/restart"]) await send(BASE + path, init);
    expect(seen.map((each) => each.headers.get("idempotency-key"))).toEqual(["k", "k", null]);
    const bad = { method: "POST", headers: { "idempotency-key": "a b" } };
    expect(await problemOf(await send(`${BASE}/messages`, bad))).toMatchObject({ status: 400, code: "INVALID" });
  });

  test("and no header of the client's besides", async () => {
    const { seen, send } = world(ok);
    await send(BASE, { headers: { authorization: "Bearer x", cookie: "a=b", "x-any": "1" } });
    expect([...(seen[0]?.headers ?? [])]).toEqual([]);
  });
});

describe("logs as server-sent events", () => {
  const stream = () =>
    new Response(
      new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")) }),
      {
        headers: { "content-type": "text/event-stream" },
      },
    );

  test("come before the stream ends", async () => {
    const { seen, send } = world(stream);
    const response = await send(`${BASE}/logs`, { headers: { accept: "text/event-stream", "last-event-id": "4" } });
    expect([seen[0]?.headers.get("accept"), seen[0]?.headers.get("last-event-id")]).toEqual(["text/event-stream", "4"]);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const reader = response.body?.getReader();
    expect(textOf((await reader?.read())?.value ?? new Uint8Array())).toBe("data: 1\n\n");
    await reader?.cancel();
  });

  test("are not opened by a HEAD request", async () => {
    const { seen, send } = world(ok);
    expect((await send(`${BASE}/logs`, { method: "HEAD", headers: { accept: "text/event-stream" } })).status).toBe(200);
    expect(seen[0]?.headers.get("accept")).not.toBe("text/event-stream");
  });
});

describe("malformed parameters are named, with what would be right", () => {
  const long = "n".repeat(129);
  const cases: readonly (readonly [method: string, path: string, parameter: string, rule: string])[] = [
    ["GET", "/_radon/v1/atoms/cl%20oud/counter", "runtime", "A-Z a-z 0-9"],
    ["GET", `/_radon/v1/atoms/cloud/${long}`, "atom", "1 to 128"],
    ["GET", "/_radon/v1/atoms/cloud/%2Fx", "atom", "1 to 128"],
    ["GET", "/_radon/v1/atoms/cloud/%zz", "atom", "1 to 128"],
    ["POST", `${BASE}/interrupts/2147483648`, "signal", "-2147483648 to 2147483647"],
    ["POST", `${BASE}/interrupts/1.5`, "signal", "whole number"],
    ["POST", `${BASE}/interrupts/0x10`, "signal", "whole number"],
    ["POST", `${BASE}/interrupts/abc`, "signal", "whole number"],
    ["POST", `${BASE}/requests?timeout_ms=0`, "timeout_ms", "1 to 300000"],
    ["POST", `${BASE}/requests?timeout_ms=300001`, "timeout_ms", "1 to 300000"],
    ["POST", `${BASE}/requests?timeout_ms=`, "timeout_ms", "whole number"],
    ["POST", `${BASE}/requests?timeout_ms=1e3`, "timeout_ms", "whole number"],
    ["GET", `${BASE}/kv?limit=0`, "limit", "1 to 1000"],
    ["GET", `${BASE}/kv?limit=1001`, "limit", "1 to 1000"],
    ["GET", `${BASE}/kv?prefix=%F`, "prefix", "percent-encoded"],
    ["GET", `${BASE}/kv?prefix=${"a".repeat(2049)}`, "prefix", "2048 bytes"],
    ["GET", `${BASE}/kv?cursor=`, "cursor", "1 to 6144"],
    ["GET", `${BASE}/kv/${"%00".repeat(2049)}`, "key", "2048 bytes"],
    ["GET", `${BASE}/kv/%F`, "key", "percent-encoded"],
    ["PUT", `${BASE}/kv/`, "key", "1 to 2048"],
    ["DELETE", `${BASE}/dead-letters/x`, "id", "whole number"],
    ["POST", `${BASE}/dead-letters/-1/redeliver`, "id", "whole number"],
    ["GET", `${BASE}/kv?limt=5`, "limt", "prefix, limit, cursor"],
    ["GET", `${BASE}?verbose`, "verbose", "none"],
  ];
  test.each(cases)("%s %s", async (method, path, parameter, rule) => {
    const { seen, send } = world(ok);
    const body = await problemOf(await send(path, { method }));
    expect(body).toMatchObject({ status: 400, code: "INVALID" });
    expect(body.errors?.map((error) => error.parameter)).toEqual([parameter]);
    expect(body.detail).toContain(`"${parameter}"`);
    expect(body.detail).toContain(rule);
    expect(body.detail.length).toBeLessThan(300);
    expect(seen).toEqual([]);
  });

  test("all at once", async () => {
    const { send } = world(ok);
    const { errors } = await problemOf(await send(`${BASE}/kv?limit=x&prefix=%F`));
    expect(errors?.map((error) => error.parameter)).toEqual(["prefix", "limit"]);
  });

  test("and one that is given twice", async () => {
    const { send } = world(ok);
    const body = await problemOf(await send(`${BASE}/kv?limit=1&limit=2`));
    expect(body).toMatchObject({ status: 400 });
    expect(body.detail).toContain('"limit" is given twice');
  });

  test("a key of 2,048 bytes is fine", async () => {
    const { send } = world(ok);
    expect((await send(`${BASE}/kv/${"%00".repeat(2048)}`)).status).toBe(200);
  });
});

/** The naming knows no atom; nobody else is asked. */
const unnamed: Answerer = () => problem(404, "NOT_FOUND", "There is no such atom.");

describe("what is not there gets no object", () => {
  test("an unknown runtime", async () => {
    const { seen, send } = world(ok);
    const body = await problemOf(await send("/_radon/v1/atoms/moon/counter"));
    expect(body).toMatchObject({ status: 404, code: "NOT_FOUND" });
    expect(body.detail).toContain('"moon"');
    expect(body.detail).toContain("cloud, edge-1");
    expect(seen).toEqual([]);
  });

  test.each(["GET", "POST"])("an unknown atom (%s)", async (method) => {
    const { seen, send } = world(unnamed);
    const body = await problemOf(
      await send(`/_radon/v1/atoms/cloud/ticker${method === "GET" ? "" : "/messages"}`, { method }),
    );
    expect(body).toMatchObject({ status: 404, code: "NOT_FOUND" });
    expect(body.detail).toContain("counter, clock");
    expect(seen.map((each) => each.object)).toEqual(["naming"]);
  });

  test("an atom that its runtime knows, though the application does not: it was loaded", async () => {
    const { seen, send } = world(({ object }) =>
      object === "naming" ? Response.json({ name: "edge-1/loaded" }) : stateOf("edge-1/loaded"),
    );
    expect((await send("/_radon/v1/atoms/edge-1/loaded")).status).toBe(200);
    expect(seen.map(({ binding, object }) => `${binding}/${object}`)).toEqual(["NAMING_1/naming", "ATOMS_1/loaded"]);
    expect(JSON.parse(textOf(seen[0]?.body ?? new Uint8Array()))).toEqual({ name: "edge-1/loaded" });
  });

  test("a list of known atoms is bounded", async () => {
    const atoms = Array.from({ length: 500 }, (_, index) => atom(cloud, `atom-${index}`));
    const { send } = world(unnamed, { atoms });
    const { detail } = await problemOf(await send(BASE));
    expect(detail).toContain("and 480 more");
    expect(detail.length).toBeLessThan(400);
  });
});

describe("payloads over 1 MiB", () => {
  test.each([
    ["POST", "/messages"],
    ["POST", "/requests"],
    ["POST", "/interrupts/1"],
    ["PUT", "/kv/a"],
  ])("%s %s", async (method, path) => {
    const { seen, send } = world(ok);
    expect((await send(BASE + path, { method, body: new Uint8Array(MIB) })).status).toBe(200);
    const body = await problemOf(await send(BASE + path, { method, body: new Uint8Array(MIB + 1) }));
    expect(body).toMatchObject({ status: 413, code: "PAYLOAD_TOO_LARGE" });
    expect(seen).toHaveLength(1);
  });
});

describe("methods and paths that are not there", () => {
  test.each([
    ["POST", "", "GET, HEAD, PUT, DELETE, OPTIONS"],
    ["GET", "/messages", "POST, OPTIONS"],
    ["HEAD", "/messages", "POST, OPTIONS"],
    ["POST", "/kv/a", "GET, HEAD, PUT, DELETE, OPTIONS"],
    ["POST", "/dead-letters/1", "DELETE, OPTIONS"],
  ])("%s %s is 405 with Allow", async (method, path, allow) => {
    const { seen, send } = world(ok);
    const response = await send(BASE + path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe(allow);
    if (method !== "HEAD") expect((await problemOf(response)).detail).toContain(method);
    expect(seen).toEqual([]);
  });

  test("OPTIONS tells what is allowed", async () => {
    const { send } = world(ok);
    const response = await send(`${BASE}/kv/a`, { method: "OPTIONS" });
    expect([response.status, response.headers.get("allow")]).toEqual([204, "GET, HEAD, PUT, DELETE, OPTIONS"]);
  });

  test("HEAD is GET without the body", async () => {
    const { seen, send } = world(() => new Response("body", { headers: { "x-object": "1" } }));
    const response = await send(`${BASE}/kv/a`, { method: "HEAD" });
    expect([response.status, await response.text(), response.headers.get("x-object")]).toEqual([200, "", "1"]);
    expect(seen[0]?.method).toBe("GET");
  });

  test.each(["/_radon", "/_radon/", "/_radon/v2/atoms", "/_radon/v1/atoms/cloud", `${BASE}/nope`, `${BASE}/`])(
    "%s is a 404 that says what there is",
    async (path) => {
      const { send } = world(ok);
      const body = await problemOf(await send(path));
      expect(body).toMatchObject({ status: 404, code: "NOT_FOUND" });
      expect(body.detail).toContain("/_radon/v1/runtimes");
    },
  );
});
