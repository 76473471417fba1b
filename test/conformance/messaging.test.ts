/** docs/abi.md, section 4: `radon:messaging`. */
import { describe, expect, test } from "vitest";
import { shownAnswer } from "../engine/engine-harness.ts";
import { call, out, program, Stage, trap } from "./puppet.ts";

describe("§4 send", () => {
  test("to a global name, and to an atom's name, which the own runtime has first", async () => {
    const stage = new Stage("a", "b", "edge/b", "edge/c");
    const note = (text: string) => stage.script("b", call("kv.put", "got", text));
    await stage.tell(
      "a",
      call("messaging.send", "edge/b", note("global")),
      call("messaging.send", "b", note("bare")),
      call("messaging.send", "c", note("the only one")),
    );
    expect([stage.kv("edge/b"), stage.kv("b"), stage.kv("edge/c")]).toEqual([
      { got: "global" },
      { got: "bare" },
      { got: "the only one" },
    ]);
  });

  test("FIFO per pair of atoms, exactly once", async () => {
    const stage = new Stage("a", "b");
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    const sends = numbers.map((index) =>
      call(
        "messaging.send",
        "b",
        stage.script("b", call("core.config", String(index), out(0)), call("core.last_error", out(60))),
      ),
    );
    await stage.tell("a", ...sends.slice(0, 25), call("core.sleep", 1), ...sends.slice(25));
    await stage.advance(5_000);
    const noted = stage.trace("b").flatMap((line) => /has no .*?(\d+)/.exec(line)?.[1] ?? []);
    expect(noted.map(Number)).toEqual(numbers);
  });

  test("to the atom itself is a message like any other", async () => {
    const stage = new Stage("a");
    const lines = await stage.tell(
      "a",
      call("messaging.send", "a", stage.script("a", call("messaging.sender", out(9)))),
      call("messaging.kind"),
    );
    expect(lines).toEqual(["messaging.send = 0", "messaging.kind = 0", 'messaging.sender = 7 "cloud/a"']);
  });

  test("names of 128 characters are valid, of 0 or 129 INVALID", async () => {
    const stage = new Stage("a");
    const names = ["", "x".repeat(128), "x".repeat(129), "/x", "x/", "x/y/z", "ä", "a b"];
    expect(await stage.tell("a", ...names.map((name) => call("messaging.send", name, "x")))).toEqual(
      ["INVALID", "NOT_FOUND", ...Array.from({ length: 6 }, () => "INVALID")].map((code) => `messaging.send = ${code}`),
    );
  });

  test("1 MiB is the most that a message carries", async () => {
    const stage = new Stage("a", { name: "b", kind: "daemon" });
    await stage.start();
    await stage.tell("b", call("messaging.receive", -1, out(4)));
    expect(
      await stage.tell("a", call("messaging.send", "b", 0, 1_048_577), call("messaging.send", "b", 0, 1_048_576)),
    ).toEqual(["messaging.send = TOO_LARGE", "messaging.send = 0"]);
    expect(stage.trace("b")).toEqual(["messaging.receive = 1048576"]);
  });

  test("an answer that is too large is refused, told in the log, and named to the asker if no other one comes", async () => {
    const stage = new Stage("a");
    const tooLarge = call("messaging.reply", 0, 1_048_577);
    expect(await stage.request("a", tooLarge)).toMatch(
      /^REMOTE: .* without an answer\. The one that it gave was refused: The payload has 1048577 bytes/,
    );
    expect(stage.logs("a")).toContainEqual(
      expect.stringMatching(/^warn: An answer was refused: The payload has 1048577/),
    );
    expect(await stage.request("a", tooLarge, call("messaging.reply", "short"))).toBe("short");
    expect(await stage.request("a")).toMatch(/ended the handling of the request without an answer\.$/);
  });

  test("BUSY when the receiver does not keep up", async () => {
    const stage = new Stage("a", "b");
    stage.holdNetwork();
    const mebibyte = Array.from({ length: 17 }, () => call("messaging.send", "b", 0, 1_048_576));
    const lines = await stage.tell("a", ...mebibyte, call("core.last_error", out(99)));
    expect(lines.filter((line) => line === "messaging.send = 0").length).toBeGreaterThan(14);
    expect(lines.at(-2)).toBe("messaging.send = BUSY");
    expect(lines.at(-1)).toContain("cloud/b does not keep up");
  });
});

describe("§4 kind, sender, attempt", () => {
  const look = [call("messaging.kind"), call("messaging.sender", out(20)), call("messaging.attempt")];

  test("before the first receive there is no current message", async () => {
    const stage = new Stage("a");
    const timer = call("future.timer", 1);
    await stage.tell("a", timer, call("future.on_complete", timer, program(...look)));
    await stage.advance(1);
    const none = ["messaging.kind", "messaging.sender", "messaging.attempt"].map((name) => `${name} = NOT_FOUND`);
    expect(stage.trace("a")).toEqual(["> future 0", ...none, "<"]);
  });

  test("0 one-way, 1 request, 2 HTTP request; what comes from outside the atoms has an empty sender", async () => {
    const stage = new Stage("a");
    const kinds = [...(await stage.tell("a", ...look))];
    await stage.request("a", ...look);
    await stage.http("a", { method: "GET", url: "https://radon/", headers: [] }, stage.script("a", ...look));
    kinds.push(...stage.trace("a"));
    expect(kinds).toEqual(
      [0, 1, 2].flatMap((kind) => [`messaging.kind = ${kind}`, "messaging.sender = 0", "messaging.attempt = 1"]),
    );
  });

  test("the message that was received last is the current one", async () => {
    const stage = new Stage("a", "b");
    await stage.tell(
      "a",
      call("messaging.receive", -1, out(1)),
      call("messaging.kind"),
      call("messaging.sender", out(9)),
      call("messaging.reply", "r"),
    );
    const asked = call("future.request", "a", "q", -1);
    await stage.tell("b", asked, call("future.await", asked, -1, out(1)));
    expect(stage.trace("a").slice(1)).toEqual([
      "messaging.kind = 1",
      'messaging.sender = 7 "cloud/b"',
      "messaging.reply = 0",
    ]);
  });
});

describe("§4 reply and fail", () => {
  test("reply answers the current request, from inside and from outside the atoms", async () => {
    const stage = new Stage("a", "b");
    expect(await stage.request("a", call("messaging.reply", "hello"))).toBe("hello");
    const asked = call("future.request", "a", stage.script("a", call("messaging.reply", "hello")), -1);
    expect((await stage.tell("b", asked, call("future.await", asked, -1, out(9)))).at(-1)).toBe(
      'future.await = 5 "hello"',
    );
  });

  test("fail answers it with an error: REMOTE, and last_error is the sentence", async () => {
    const stage = new Stage("a", "b");
    expect(await stage.request("a", call("messaging.fail", "out of stock"))).toBe("REMOTE: out of stock");
    const asked = call("future.request", "a", stage.script("a", call("messaging.fail", "out of stock")), -1);
    const lines = await stage.tell(
      "b",
      asked,
      call("future.await", asked, -1, out(9)),
      call("core.last_error", out(20)),
    );
    expect(lines.slice(1)).toEqual(["future.await = REMOTE", 'core.last_error = 12 "out of stock"']);
  });

  test("a second answer is INVALID, and the first one counts", async () => {
    const stage = new Stage("a");
    expect(
      await stage.request(
        "a",
        call("messaging.reply", "first"),
        call("messaging.reply", "second"),
        call("messaging.fail", "third"),
      ),
    ).toBe("first");
    expect(stage.trace("a")).toEqual(["messaging.reply = 0", "messaging.reply = INVALID", "messaging.fail = INVALID"]);
  });

  test("to a one-way message they are INVALID", async () => {
    const stage = new Stage("a");
    const token = call("messaging.reply_token");
    expect(await stage.tell("a", call("messaging.reply", "x"), call("messaging.fail", "x"), token)).toEqual([
      "messaging.reply = INVALID",
      "messaging.fail = INVALID",
      "messaging.reply_token = INVALID",
    ]);
  });

  test("a reply that is too large leaves the request open", async () => {
    const stage = new Stage("a");
    expect(await stage.request("a", call("messaging.reply", 0, 1_048_577), call("messaging.reply", "short"))).toBe(
      "short",
    );
  });

  test("after an answer the atom goes on", async () => {
    const stage = new Stage("a");
    const { answer } = await stage.asking(
      "a",
      stage.script("a", call("messaging.reply", "early"), call("core.sleep", 100), call("kv.put", "k", "late")),
    );
    expect(await answer).toMatchObject({ kind: "answered" });
    expect(stage.kv("a")).toEqual({});
    await stage.advance(100);
    expect(stage.kv("a")).toEqual({ k: "late" });
  });
});

describe("§4 reply_token and reply_to", () => {
  test("answer a request later, after other messages, out of another invoke", async () => {
    const stage = new Stage("a");
    const token = call("messaging.reply_token");
    const { answer } = await stage.asking("a", stage.script("a", token));
    await stage.tell("a", call("messaging.kind"));
    expect(await stage.tell("a", call("messaging.reply_to", token, "at last"))).toEqual(["messaging.reply_to = 0"]);
    expect(await answer).toMatchObject({ answer: { kind: "reply" } });
  });

  test("several requests wait at once, each with its own token", async () => {
    const stage = new Stage("a");
    const tokens = [call("messaging.reply_token"), call("messaging.reply_token")];
    const asked = [];
    for (const token of tokens) asked.push(await stage.asking("a", stage.script("a", token)));
    await stage.tell(
      "a",
      call("messaging.reply_to", tokens[1] ?? 0, "second"),
      call("messaging.reply_to", tokens[0] ?? 0, "first"),
    );
    const answers = await Promise.all(asked.map(async ({ answer }) => await answer));
    expect(answers.map((each) => (each.kind === "answered" ? shownAnswer(each.answer) : each))).toEqual([
      "first",
      "second",
    ]);
  });

  test("a token is good for one answer", async () => {
    const stage = new Stage("a");
    const token = call("messaging.reply_token");
    await stage.request(
      "a",
      token,
      call("messaging.reply_to", token, "x"),
      call("messaging.reply_to", token, "y"),
      call("messaging.reply", "z"),
    );
    expect(stage.trace("a").slice(1)).toEqual([
      "messaging.reply_to = 0",
      "messaging.reply_to = NOT_FOUND",
      "messaging.reply = INVALID",
    ]);
  });

  test("an unknown token is NOT_FOUND", async () => {
    const stage = new Stage("a");
    expect(await stage.tell("a", call("messaging.reply_to", 12345, "x"), call("messaging.reply_to", -1, "x"))).toEqual([
      "messaging.reply_to = NOT_FOUND",
      "messaging.reply_to = NOT_FOUND",
    ]);
  });

  test("a token outlives a trap of the instance, and the object", async () => {
    const stage = new Stage({ name: "a", attemptsMax: 1 }, "b");
    const token = call("messaging.reply_token");
    const asked = call("future.request", "a", stage.script("a", token, call("kv.put", "t", "x")), -1);
    await stage.tell("b", asked, call("future.await", asked, -1, out(9)));
    const kept = stage.result("a", token);
    await stage.tell("a", trap());
    await stage.advance(1_000);
    await stage.evict("a");
    await stage.tell("a", call("messaging.reply_to", kept, "survived"));
    expect(stage.trace("b").at(-1)).toBe('future.await = 8 "survived"');
  });

  test("a request that a daemon neither answers nor keeps fails when it receives the next message", async () => {
    const stage = new Stage({ name: "d", kind: "daemon" });
    await stage.start();
    const { answer } = await stage.asking("d", stage.script("d", call("kv.put", "k", "v")));
    await stage.tell("d", call("messaging.kind"));
    expect(await answer).toMatchObject({ answer: { kind: "failure", failure: { code: "REMOTE" } } });
  });
});

describe("§4 interrupt", () => {
  test("carries its signal and payload, and runs the callback of that signal only", async () => {
    const stage = new Stage("a", { name: "d", kind: "daemon" });
    await stage.start();
    await stage.tell(
      "d",
      call("interrupt.on", 1, program(call("core.take", out(9)))),
      call("interrupt.on", -5, program(call("messaging.kind"))),
    );
    await stage.tell("a", call("messaging.interrupt", "d", -5, ""), call("messaging.interrupt", "d", 1, "one"));
    expect(stage.trace("d")).toEqual([
      "> interrupt 0",
      "messaging.kind = 3",
      "<",
      "> interrupt 3",
      'core.take = 3 "one"',
      "<",
    ]);
  });

  test("unknown and malformed names are errors, as with send", async () => {
    const stage = new Stage("a");
    expect(
      await stage.tell(
        "a",
        call("messaging.interrupt", "nobody", 1, ""),
        call("messaging.interrupt", "?", 1, ""),
        call("messaging.interrupt", "a", 1, 0, 1_048_577),
      ),
    ).toEqual(["messaging.interrupt = NOT_FOUND", "messaging.interrupt = INVALID", "messaging.interrupt = TOO_LARGE"]);
  });

  test("one that no callback is registered for is dropped and counted", async () => {
    const stage = new Stage("a");
    await stage.tell("a", call("interrupt.on", 1, 0));
    await stage.interrupt("a", 2);
    expect(stage.trace("a")).toEqual([]);
    expect(stage.session("a").atom.counters.droppedInterrupts).toBe(1);
    expect(stage.session("a").atom.idle).toBe(true);
  });

  test("off ends a registration, once; on replaces one", async () => {
    const stage = new Stage("a");
    await stage.tell("a", call("interrupt.on", 1, 0), call("interrupt.on", 1, program(call("messaging.kind"))));
    await stage.interrupt("a", 1);
    expect(stage.trace("a")).toEqual(["> interrupt 0", "messaging.kind = 3", "<"]);
    expect(await stage.tell("a", call("interrupt.off", 1), call("interrupt.off", 1))).toEqual([
      "interrupt.off = 0",
      "interrupt.off = NOT_FOUND",
    ]);
    await stage.interrupt("a", 1);
    expect(stage.session("a").atom.counters.droppedInterrupts).toBe(1);
  });
});
