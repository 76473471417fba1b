/** docs/abi.md, section 1: conventions. */
import { describe, expect, test } from "vitest";
import { call, out, peek, Stage, type Arg, type FunctionName } from "./puppet.ts";

const HTTP_HEAD = { method: "GET", url: "https://radon/x", headers: [] };

/** Every call that returns bytes, with arguments that make it return `full`; `out` comes last. */
const BYTES: readonly (readonly [FunctionName, readonly Arg[], string])[] = [
  ["core.last_error", [], "There is no future 77: it was never made, or its result was taken."],
  ["core.self_name", [], "cloud/a"],
  ["core.config", ["greeting"], "hello"],
  ["messaging.sender", [], "cloud/b"],
  ["kv.get", ["key"], "value"],
  ["kv.scan", ["k", "l", 10, 0], "\u0003\0\0\0\u0005\0\0\0keyvalue"],
  ["naming.resolve", ["b"], "cloud/b"],
  ["naming.lookup", ["", "[ab]", 1, 10], "cloud/a\ncloud/b"],
];

/** Atom `a` runs `steps` for a message from `b`, so that there is a sender. */
async function fromB(...steps: Parameters<typeof Stage.prototype.script>[1][]): Promise<string[]> {
  const stage = new Stage({ name: "a", config: { greeting: "hello" } }, "b");
  const prepare = [call("kv.put", "key", "value"), call("future.poll", 77)];
  await stage.tell("b", call("messaging.send", "a", stage.script("a", ...prepare, ...steps)));
  return stage.trace("a").slice(prepare.length);
}

describe("§1 bytes out", () => {
  test.each(BYTES)("%s: n <= cap puts n bytes at ptr, and not one more", async (name, args, full) => {
    const where = out(full.length + 3);
    const lines = await fromB(call(name, ...args, where), peek(where));
    expect(lines[0]).toBe(`${name} = ${full.length} ${JSON.stringify(full)}`);
    expect(lines[1]).toBe(`peek = ${full.length + 3} ${JSON.stringify(`${full}\ufffd\ufffd\ufffd`)}`);
  });

  test.each(BYTES)("%s: n = cap fits", async (name, args, full) => {
    expect(await fromB(call(name, ...args, out(full.length)))).toEqual([
      `${name} = ${full.length} ${JSON.stringify(full)}`,
    ]);
  });

  test.each(BYTES)("%s: n > cap writes nothing, and the value waits for take", async (name, args, full) => {
    const where = out(4);
    const lines = await fromB(call(name, ...args, where), peek(where), call("core.take", out(full.length)));
    expect(lines).toEqual([
      `${name} = ${full.length}`,
      'peek = 4 "\ufffd\ufffd\ufffd\ufffd"',
      `core.take = ${full.length} ${JSON.stringify(full)}`,
    ]);
  });

  test("receive: both ways", async () => {
    const stage = new Stage({ name: "a", kind: "daemon" });
    await stage.start();
    await stage.tell(
      "a",
      call("messaging.receive", -1, out(5)),
      call("messaging.receive", -1, out(2)),
      call("core.take", out(9)),
    );
    await stage.send("a", "first");
    await stage.send("a", "second");
    expect(stage.trace("a")).toEqual([
      'messaging.receive = 5 "first"',
      "messaging.receive = 6",
      'core.take = 6 "second"',
    ]);
  });

  test("await: both ways", async () => {
    const stage = new Stage("a", "b");
    const answer = stage.script("b", call("messaging.reply", "answer"));
    const asked = () => call("future.request", "b", answer, -1);
    const [one, two] = [asked(), asked()];
    const lines = await stage.tell(
      "a",
      one,
      call("future.await", one, -1, out(6)),
      two,
      call("future.await", two, -1, out(0)),
      call("core.take", out(6)),
    );
    expect(lines.filter((line) => line !== "future.request = id")).toEqual([
      'future.await = 6 "answer"',
      "future.await = 6",
      'core.take = 6 "answer"',
    ]);
  });

  test("http.head: both ways", async () => {
    const stage = new Stage("a");
    const full = JSON.stringify(HTTP_HEAD);
    await stage.http(
      "a",
      HTTP_HEAD,
      stage.script("a", call("http.head", out(200)), call("http.head", out(3)), call("core.take", out(200))),
    );
    expect(stage.trace("a")).toEqual([
      `http.head = ${full.length} ${JSON.stringify(full)}`,
      `http.head = ${full.length}`,
      `core.take = ${full.length} ${JSON.stringify(full)}`,
    ]);
  });
});

describe("§1 take", () => {
  const tooSmall = call("core.self_name", out(1));

  test("a take with too little room leaves the value waiting", async () => {
    expect(await fromB(tooSmall, call("core.take", out(2)), call("core.take", out(7)))).toEqual([
      "core.self_name = 7",
      "core.take = 7",
      'core.take = 7 "cloud/a"',
    ]);
  });

  test("a value is taken once", async () => {
    expect((await fromB(tooSmall, call("core.take", out(9)), call("core.take", out(9)))).at(-1)).toBe(
      "core.take = NOT_FOUND",
    );
  });

  test("the next call that returns bytes ends the wait", async () => {
    expect((await fromB(tooSmall, call("kv.get", "key", out(9)), call("core.take", out(9)))).at(-1)).toBe(
      "core.take = NOT_FOUND",
    );
  });

  test("calls that return no bytes do not touch it", async () => {
    const between = [call("kv.put", "x", "y"), call("core.yield"), call("messaging.kind"), call("core.now")];
    expect((await fromB(tooSmall, ...between, call("core.take", out(9)))).at(-1)).toBe('core.take = 7 "cloud/a"');
  });

  test("nor does a call that fails: it returns none", async () => {
    expect((await fromB(tooSmall, call("kv.get", "absent", out(9)), call("core.take", out(9)))).at(-1)).toBe(
      'core.take = 7 "cloud/a"',
    );
  });

  test("take with nothing there is NOT_FOUND", async () => {
    expect(await fromB(call("core.take", out(9)))).toEqual(["core.take = NOT_FOUND"]);
  });

  test("an empty value fits everywhere, even where there is no room", async () => {
    expect(await fromB(call("kv.put", "empty", ""), call("kv.get", "empty", out(0)))).toEqual([
      "kv.put = 0",
      "kv.get = 0",
    ]);
  });
});

describe("§1 errors", () => {
  /** One call for each code that an atom can bring about by itself, and what `last_error` then says. */
  const FAILURES: readonly (readonly [FunctionName, readonly Arg[], string, RegExp])[] = [
    ["messaging.send", ["no atom!", "x"], "INVALID", /no atom!.* is no atom name/],
    ["messaging.send", ["a/b/c", "x"], "INVALID", /a.b.c.* is no global name/],
    ["messaging.send", [new Uint8Array([0xff]), "x"], "INVALID", /not UTF-8/],
    ["messaging.send", ["nobody", "x"], "NOT_FOUND", /No runtime has an atom .*nobody/],
    ["messaging.receive", [0, out(1)], "TIMEOUT", /No message came/],
    ["messaging.send", ["b", 0, 1_048_577], "TOO_LARGE", /1048577 bytes; 1048576 are the most/],
    ["messaging.reply", ["x"], "INVALID", /not a request/],
    ["kv.get", ["absent", out(1)], "NOT_FOUND", /no such key/],
    ["future.await", [5, -1, out(1)], "NOT_FOUND", /no future 5/],
    ["interrupt.off", [3], "NOT_FOUND", /signal 3/],
    ["http.head", [out(1)], "NOT_FOUND", /not an HTTP request/],
    ["core.config", ["nothing", out(1)], "NOT_FOUND", /no .*nothing/],
    ["naming.lookup", ["", "(", 1, 1, out(1)], "INVALID", /\(/],
  ];

  test.each(FAILURES)("%s(%j) is %s, and last_error has the sentence", async (name, args, code, sentence) => {
    const lines = await fromB(call(name, ...args), call("core.last_error", out(300)));
    expect(lines[0]).toBe(`${name} = ${code}`);
    expect(lines[1]).toMatch(sentence);
  });

  test("last_error keeps the sentence until the next failure", async () => {
    const lines = await fromB(
      call("kv.get", "absent", out(1)),
      call("kv.put", "a", "b"),
      call("core.yield"),
      call("core.last_error", out(99)),
    );
    expect(lines.at(-1)).toContain("no such key");
  });
});

describe("§1 times", () => {
  test("a duration of 0 does not wait", async () => {
    const stage = new Stage("a");
    const before = stage.clock.now();
    const lines = await stage.tell("a", call("core.sleep", 0), call("messaging.receive", 0, out(1)));
    expect(lines).toEqual(["core.sleep = 0", "messaging.receive = TIMEOUT"]);
    expect(stage.clock.now()).toBe(before);
  });

  test("a duration of -1 waits for ever", async () => {
    const stage = new Stage({ name: "a", kind: "daemon" });
    await stage.start();
    await stage.tell("a", call("messaging.receive", -1, out(5)));
    await stage.advance(365 * 86_400_000);
    expect(stage.trace("a")).toEqual([]);
    await stage.send("a", "at last");
    expect(stage.trace("a")).toEqual(["messaging.receive = 7"]);
  });

  test("durations are milliseconds", async () => {
    const stage = new Stage("a");
    await stage.tell("a", call("core.sleep", 1_500));
    await stage.advance(1_499);
    expect(stage.trace("a")).toEqual([]);
    await stage.advance(1);
    expect(stage.trace("a")).toEqual(["core.sleep = 0"]);
  });

  test("clocks are microseconds, now since the Unix epoch", async () => {
    const stage = new Stage("a");
    const start = BigInt(stage.clock.now());
    const lines = await stage.tell(
      "a",
      call("core.now"),
      call("core.monotonic"),
      call("core.sleep", 250),
      call("core.now"),
      call("core.monotonic"),
    );
    await stage.advance(250);
    expect(lines.concat(stage.trace("a"))).toEqual([
      `core.now = ${start * 1000n}`,
      "core.monotonic = 0",
      "core.sleep = 0",
      `core.now = ${(start + 250n) * 1000n}`,
      "core.monotonic = 250000",
    ]);
  });
});
