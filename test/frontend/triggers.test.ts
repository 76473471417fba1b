import { describe, expect, test, vi } from "vitest";
import { RemoteError } from "../../durable/signing/remote-error.ts";
import { atom, cloud, ok, problemOf, textOf, world, type Seen } from "./fakes.ts";

const MIB = 1024 * 1024;

describe("what the atom gets", () => {
  test("the method, the whole URL, the headers and the body", async () => {
    const { seen, send } = world(ok);
    await send("/counter/add?by=2&x=%20", { method: "PATCH", headers: { "X-One": "1" }, body: "ciào" });
    expect(seen[0]).toMatchObject({ binding: "ATOMS", object: "counter", route: "trigger" });
    const { head, body } = seen[0] as Seen;
    expect(head?.method).toBe("PATCH");
    expect(head?.url).toBe("http://localhost/counter/add?by=2&x=%20");
    expect(head?.headers).toContainEqual(["x-one", "1"]);
    expect(textOf(body)).toBe("ciào");
  });

  test("no headers of the connection", async () => {
    const { seen, send } = world(ok);
    const headers = {
      connection: "close, X-Private",
      "x-private": "1",
      te: "trailers",
      upgrade: "websocket",
      accept: "a/b",
    };
    await send("/counter/", { headers });
    expect(seen[0]?.head?.headers.map(([name]) => name)).toEqual(["accept"]);
  });

  test.each(["GET", "HEAD", "OPTIONS", "DELETE", "PURGE"])("a %s without a body", async (method) => {
    const { seen, send } = world(() => new Response(null, { status: 204, headers: { "x-atom": "1" } }));
    const response = await send("/counter/x", { method });
    expect(response.status).toBe(204);
    expect(response.headers.get("x-atom")).toBe("1");
    expect(seen[0]).toMatchObject({ head: { method }, body: new Uint8Array(0) });
  });

  test("an empty body", async () => {
    const { seen, send } = world(ok);
    expect((await send("/counter/x", { method: "POST", body: "" })).status).toBe(200);
    expect(seen[0]?.body).toEqual(new Uint8Array(0));
  });

  test("a peer's atom is asked through the peer's binding", async () => {
    const { seen, send } = world(ok);
    await send("/ticker", { method: "POST" });
    expect(seen.map((each) => `${each.binding}/${each.object}`)).toEqual(["ATOMS_1/ticker"]);
  });
});

describe("what the client gets", () => {
  test("the atom's response as it is", async () => {
    const headers = [
      ["content-type", "text/x"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ] as [string, string][];
    const { send } = world(() => new Response("made", { status: 201, headers }));
    const response = await send("/counter/x");
    expect([response.status, await response.text()]).toEqual([201, "made"]);
    expect([...response.headers]).toEqual(headers);
  });

  test.each([
    [404, "the atom's own 404"],
    [429, "full"],
    [502, "trapped"],
    [504, "late"],
  ])("a %i of the object's", async (status, text) => {
    const { send } = world(() => new Response(text, { status, headers: { "retry-after": "3" } }));
    const response = await send("/counter/x");
    expect([response.status, await response.text(), response.headers.get("retry-after")]).toEqual([status, text, "3"]);
  });

  test("no body to a HEAD request", async () => {
    const { send } = world(() => new Response("body"));
    expect(await (await send("/counter/x", { method: "HEAD" })).text()).toBe("");
  });

  test("a 404 that lists the routes there are", async () => {
    const { seen, send } = world(ok);
    const body = await problemOf(await send("/nowhere"));
    expect(body).toMatchObject({ status: 404, code: "NOT_FOUND" });
    expect(body.detail).toContain("/nowhere");
    expect(body.detail).toContain("/counter/*");
    expect(body.detail).toContain("/ticker");
    expect(seen).toEqual([]);
  });

  test("a 404 that stays short, however many routes there are and whatever was asked", async () => {
    const atoms = Array.from({ length: 300 }, (_, index) => atom(cloud, `a${index}`, { http: [`/route-${index}`] }));
    const { send } = world(ok, { atoms });
    const { detail } = await problemOf(await send(`/${"x".repeat(5_000)}`));
    expect(detail.length).toBeLessThan(1_000);
    expect(detail).toContain("and 280 more");
  });

  test("a 404 that says so when there are no routes at all", async () => {
    const { send } = world(ok, { atoms: [] });
    expect((await problemOf(await send("/"))).detail).toContain("No atom");
  });
});

describe("bodies over 1 MiB", () => {
  test("exactly 1 MiB passes", async () => {
    const { seen, send } = world(ok);
    expect((await send("/counter/x", { method: "POST", body: new Uint8Array(MIB) })).status).toBe(200);
    expect(seen[0]?.body.length).toBe(MIB);
  });

  test("one byte more is 413, naming the limit", async () => {
    const { seen, send } = world(ok);
    const body = await problemOf(await send("/counter/x", { method: "POST", body: new Uint8Array(MIB + 1) }));
    expect(body).toMatchObject({ status: 413, code: "PAYLOAD_TOO_LARGE" });
    expect(body.detail).toContain("1048576");
    expect(seen).toEqual([]);
  });

  test("a stream without an announced length is cut off in the end", async () => {
    const { seen, send } = world(ok);
    let pulls = 0;
    let cancelled = false;
    const body = new ReadableStream({
      pull: (controller) => {
        pulls += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    const response = await send("/counter/x", { method: "POST", body, duplex: "half" } as RequestInit);
    expect(response.status).toBe(413);
    // 16 MiB more are dropped, so that an ordinary client gets to read the answer.
    expect(pulls).toBeLessThan(300);
    expect(cancelled).toBe(true);
    expect(seen).toEqual([]);
  });

  test("an announced length is enough", async () => {
    const { send } = world(ok);
    const init = { method: "POST", headers: { "content-length": String(MIB + 1) }, body: "short" };
    expect((await send("/counter/x", init)).status).toBe(413);
  });
});

describe("Idempotency-Key", () => {
  test("goes on to the object", async () => {
    const { seen, send } = world(ok);
    await send("/counter/x", { method: "POST", headers: { "idempotency-key": "k-1" } });
    await send("/counter/x", { method: "POST" });
    expect(seen.map((each) => each.headers.get("idempotency-key"))).toEqual(["k-1", null]);
  });

  test.each(["", "two words", "ü", "x".repeat(256)])("is refused when malformed: %j", async (key) => {
    const { seen, send } = world(ok);
    const body = await problemOf(await send("/counter/x", { method: "POST", headers: { "idempotency-key": key } }));
    expect(body).toMatchObject({ status: 400, code: "INVALID" });
    expect(body.detail).toContain("Idempotency-Key");
    expect(body.detail).toContain("255");
    expect(seen).toEqual([]);
  });
});

describe("objects that fail", () => {
  const failing = (flags: object, failures: number) => {
    let left = failures;
    return (): Response => {
      if (left-- > 0) throw Object.assign(new Error("secret cause at /inner/file.ts:1"), flags);
      return new Response("ok");
    };
  };
  const keyed = { method: "POST", headers: { "idempotency-key": "k" } };

  const elsewhere = () => {
    throw new RemoteError("Runtime edge at https://secret.example: it refused the call.");
  };

  test.each([
    ["an object", failing({}, 9)],
    ["a runtime that no binding reaches", elsewhere],
  ])("503 without the cause of %s, which is in the log", async (_, answer) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { send } = world(answer);
    const response = await send("/counter/x");
    expect(response.headers.get("retry-after")).toBe("1");
    const body = await problemOf(response);
    expect(body).toMatchObject({ status: 503, code: "UNAVAILABLE" });
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(log.mock.calls.flat().join(" ")).toContain(body.incident);
    log.mockRestore();
  });

  test.each([
    ["a repeatable request, once, after a retryable failure", { retryable: true }, 1, keyed, 200, 2],
    ["no second time", { retryable: true }, 2, keyed, 503, 2],
    ["nothing that is overloaded", { retryable: true, overloaded: true }, 1, keyed, 503, 1],
    ["nothing after other failures", {}, 1, keyed, 503, 1],
    ["nothing that has no key", { retryable: true }, 1, { method: "POST" }, 503, 1],
  ])("it repeats %s", async (_, flags, failures, init, status, asked) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { seen, send } = world(failing(flags, failures));
    expect((await send("/counter/x", init)).status).toBe(status);
    expect(seen.length).toBe(asked);
    log.mockRestore();
  });

  test("504 when the object hangs", async () => {
    vi.useFakeTimers();
    const { seen, send } = world(() => new Promise<Response>(() => undefined), {
      atoms: [atom(cloud, "counter", { http: ["/counter/*"], httpTimeoutMs: 1_000 })],
    });
    const response = send("/counter/x");
    await vi.advanceTimersByTimeAsync(6_100);
    expect(seen.length).toBe(1);
    expect(await problemOf(await response)).toMatchObject({ status: 504, code: "TIMEOUT" });
    vi.useRealTimers();
  });

  test("503 that says what to do when a binding is missing", async () => {
    const { send, env } = world(ok);
    delete env["ATOMS_1"];
    const body = await problemOf(await send("/ticker"));
    expect(body).toMatchObject({ status: 503, code: "UNAVAILABLE" });
    expect(body.detail).toContain("ATOMS_1");
  });
});
