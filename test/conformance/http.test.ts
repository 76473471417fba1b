/** docs/abi.md, section 4: `radon:http`. */
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Answer } from "../../durable/core/answer.ts";
import { fromUtf8, utf8 } from "../../durable/core/bytes.ts";
import { PAYLOAD_BYTES_MAX, RESPONSE_HEADERS_BYTES_MAX } from "../../durable/core/limits.ts";
import { call, out, program, Stage, trap, type Step } from "./puppet.ts";

const HEAD = { method: "POST", url: "https://radon.test/path?q=1", headers: [["x-color", "blue"]] };

async function trigger(...steps: Step[]): Promise<{ stage: Stage; answer: Answer; lines: string[] }> {
  const stage = new Stage("a");
  const answer = await stage.http("a", HEAD, stage.script("a", ...steps));
  return { stage, answer, lines: stage.trace("a") };
}

describe("§4 head", () => {
  test("of the current HTTP request: JSON; its body is the message's payload", async () => {
    const { lines } = await trigger(call("http.head", out(200)), call("messaging.kind"));
    const [head = "", kind] = lines;
    expect(JSON.parse(JSON.parse(head.replace(/^http\.head = \d+ /, "")) as string)).toEqual(HEAD);
    expect(kind).toBe("messaging.kind = 2");
  });

  test("of another message is NOT_FOUND", async () => {
    const stage = new Stage("a");
    await stage.request("a", call("http.head", out(9)));
    expect(stage.trace("a")).toEqual(["http.head = NOT_FOUND"]);
  });
});

describe("§4 respond", () => {
  const respond = (status: number, headers: string, body = "") => call("http.respond", status, headers, body);

  test("gives status, headers and body", async () => {
    const { answer } = await trigger(
      respond(201, '[["location","/x"],["set-cookie","a=1"],["set-cookie","b=2"]]', "made"),
    );
    expect(answer).toMatchObject({
      kind: "response",
      status: 201,
      headers: [
        ["location", "/x"],
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ],
    });
    expect(answer.kind === "response" && fromUtf8(answer.payload)).toBe("made");
  });

  test("no headers are an empty text or an empty list", async () => {
    expect((await trigger(respond(200, ""))).answer).toMatchObject({ status: 200, headers: [] });
    expect((await trigger(respond(200, "[]"))).answer).toMatchObject({ status: 200, headers: [] });
  });

  test("a plain reply is an answer as well, a fail a failure", async () => {
    expect((await trigger(call("messaging.reply", "plain"))).answer).toMatchObject({ kind: "reply" });
    expect((await trigger(call("messaging.fail", "broken"))).answer).toMatchObject({
      kind: "failure",
      failure: { code: "REMOTE", reason: "broken" },
    });
  });

  test("a token answers an HTTP request later", async () => {
    const token = call("messaging.reply_token");
    const timer = call("future.timer", 100);
    const later = call("future.on_complete", timer, program(call("messaging.reply_to", token, "later")));
    expect((await trigger(token, timer, later)).answer).toMatchObject({ kind: "reply" });
  });

  test("a second answer is INVALID", async () => {
    const { lines, answer } = await trigger(respond(204, ""), respond(200, ""), call("messaging.reply", "x"));
    expect(lines).toEqual(["http.respond = 0", "http.respond = INVALID", "messaging.reply = INVALID"]);
    expect(answer).toMatchObject({ status: 204 });
  });

  test.each<[string, Step]>([
    ["a status below 200", respond(199, "")],
    ["a status over 599", respond(600, "")],
    ["a 204 with a body", respond(204, "", "x")],
    ["headers that are no JSON", respond(200, "location: /x")],
    ["headers that are an object", respond(200, '{"location":"/x"}')],
    ["a header name with a space", respond(200, '[["a b","x"]]')],
    ["a header value with a line break", respond(200, '[["a","x\\ny"]]')],
  ])("%s is INVALID, and the request still open", async (_, wrong) => {
    const { lines, answer } = await trigger(wrong, call("core.last_error", out(300)), respond(200, ""));
    expect(lines[0]).toBe("http.respond = INVALID");
    expect(lines[1]?.length).toBeGreaterThan(40);
    expect(answer).toMatchObject({ status: 200 });
  });

  test("one that is refused is named to the client if no other one comes", async () => {
    const { answer } = await trigger(respond(199, ""));
    expect(answer).toMatchObject({
      kind: "failure",
      failure: { reason: expect.stringMatching(/The one that it gave was refused: 199 is no status/) },
    });
  });

  const headersOf = (bytes: number) => `[["x-long","${"v".repeat(bytes - '[["x-long",""]]'.length)}"]]`;

  test("headers beyond 64 KiB are TOO_LARGE, and the request still open", async () => {
    const { lines, answer } = await trigger(respond(200, headersOf(RESPONSE_HEADERS_BYTES_MAX + 1)), respond(202, ""));
    expect(lines).toEqual(["http.respond = TOO_LARGE", "http.respond = 0"]);
    expect(answer).toMatchObject({ status: 202 });
  });

  test("the largest headers with the largest body are kept for whoever repeats the request", async () => {
    const stage = new Stage("a");
    const largest = call("http.respond", 200, headersOf(RESPONSE_HEADERS_BYTES_MAX), 0, PAYLOAD_BYTES_MAX);
    const payload = stage.script("a", largest);
    const ask = () =>
      stage.session("a").ask((id) => ({ kind: "http", id, head: utf8(JSON.stringify(HEAD)), payload }), 1_000, "key");
    const first = await stage.until(ask());
    await stage.evict("a");
    const again = await stage.until(ask());
    for (const { answer } of [first, again] as { answer: Extract<Answer, { kind: "response" }> }[]) {
      expect([answer.kind, answer.status]).toEqual(["response", 200]);
      expect(JSON.stringify(answer.headers).length).toBe(RESPONSE_HEADERS_BYTES_MAX);
      expect(answer.payload.length).toBe(PAYLOAD_BYTES_MAX);
    }
  });

  test("to a message that is no HTTP request is INVALID", async () => {
    const stage = new Stage("a");
    expect(await stage.tell("a", respond(200, ""))).toEqual(["http.respond = INVALID"]);
    await stage.request("a", respond(200, ""));
    expect(stage.trace("a")).toEqual(["http.respond = INVALID"]);
  });
});

describe("§4 fetch", () => {
  afterEach(() => vi.unstubAllGlobals());
  const fetching = (head: unknown, body = "") => call("http.fetch", JSON.stringify(head), body);
  const url = "https://api.test/x";

  test("is a future: u32 head length, JSON of status and headers, body", async () => {
    const seen: unknown[] = [];
    vi.stubGlobal("fetch", async (to: string, init: RequestInit) => {
      seen.push(to, init.method, init.headers, fromUtf8(init.body as Uint8Array));
      return new Response("made", { status: 201, headers: { "x-a": "b" } });
    });
    const stage = new Stage("a");
    const made = fetching({ method: "PUT", url, headers: [["x-c", "d"]] }, "body");
    const lines = await stage.tell("a", made, call("future.await", made, -1, out(200)));
    expect(seen).toEqual([url, "PUT", [["x-c", "d"]], "body"]);
    const payload = JSON.parse((lines[1] ?? "").replace(/^future\.await = \d+ /, "")) as string;
    const length = payload.charCodeAt(0);
    expect(JSON.parse(payload.slice(4, 4 + length))).toMatchObject({
      status: 201,
      headers: expect.arrayContaining([["x-a", "b"]]),
    });
    expect(payload.slice(4 + length)).toBe("made");
  });

  test("method and headers may be left out; a status of an error is a response like any other", async () => {
    vi.stubGlobal("fetch", async (_: string, init: RequestInit) => new Response(init.method ?? "", { status: 500 }));
    const stage = new Stage("a");
    const made = fetching({ url });
    expect((await stage.tell("a", made, call("future.await", made, -1, out(200))))[1]).toMatch(/500.*GET"$/);
  });

  test("a request that fails completes with REMOTE", async () => {
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("connection refused")));
    const stage = new Stage("a");
    const made = fetching({ url });
    const lines = await stage.tell(
      "a",
      made,
      call("future.await", made, -1, out(9)),
      call("core.last_error", out(200)),
    );
    expect(lines[1]).toBe("future.await = REMOTE");
    expect(lines[2]).toContain("connection refused");
  });

  test("§6 those that are not over hold a bounded amount, whichever instance made them", async () => {
    const answers: ((response: Response) => void)[] = [];
    vi.stubGlobal("fetch", () => new Promise((resolve) => answers.push(resolve)));
    const stage = new Stage({ name: "a", kind: "reactive", attemptsMax: 1 });
    const large = call("http.fetch", JSON.stringify({ method: "PUT", url }), 0, 1_000_000);
    const refused = (lines: readonly string[]) => lines.filter((line) => line === "http.fetch = BUSY").length;
    // 31 times 1,000,000 bytes, the head and 64 KiB are within 32 MiB; 32 times are not.
    const [committed, open] = [20, 13].map((length) => Array.from({ length }, () => large)) as [Step[], Step[]];
    expect(refused(await stage.tell("a", ...committed, call("core.sleep", 0), ...open))).toBe(2);
    expect(answers).toHaveLength(31);
    await stage.tell("a", trap());
    await stage.advance(60_000);
    expect(refused(await stage.tell("a", large))).toBe(1);
    answers[0]?.(new Response("done"));
    await stage.settle();
    expect(refused(await stage.tell("a", large, large))).toBe(1);
  });

  test("§6 those of a turn that is dropped hold nothing", async () => {
    const fetched = vi.fn(() => new Promise(() => undefined));
    vi.stubGlobal("fetch", fetched);
    const stage = new Stage({ name: "a", kind: "reactive", attemptsMax: 1 });
    const all = Array.from({ length: 31 }, () =>
      call("http.fetch", JSON.stringify({ method: "PUT", url }), 0, 1_000_000),
    );
    await stage.tell("a", ...all, trap());
    await stage.advance(60_000);
    expect(fetched).not.toHaveBeenCalled();
    expect(await stage.tell("a", ...all)).not.toContain("http.fetch = BUSY");
    expect(fetched).toHaveBeenCalledTimes(all.length);
  });

  test("a response over 1 MiB completes with TOO_LARGE", async () => {
    vi.stubGlobal("fetch", async () => new Response(new Uint8Array(1_048_577)));
    const stage = new Stage("a");
    const made = fetching({ url });
    expect((await stage.tell("a", made, call("future.await", made, -1, out(9))))[1]).toBe("future.await = TOO_LARGE");
  });

  test.each<[string, Step]>([
    ["no JSON", call("http.fetch", "GET https://x", "")],
    ["no URL", fetching({ method: "GET" })],
    ["a URL of another protocol", fetching({ url: "file:///etc/passwd" })],
    ["headers that are none", fetching({ url, headers: [["a b", "c"]] })],
    ["a body over 1 MiB", call("http.fetch", JSON.stringify({ url }), 0, 1_048_577)],
  ])("%s is refused at once", async (_, wrong) => {
    const stage = new Stage("a");
    expect((await stage.tell("a", wrong))[0]).toMatch(/^http\.fetch = (INVALID|TOO_LARGE)$/);
  });
});
