/** docs/abi.md, section 3: what happens at a blocking point, in which order, and what callbacks see. */
import { describe, expect, test } from "vitest";
import { ERROR_CODES } from "../../durable/core/errors.ts";
import { SIGNALS_MAX } from "../../durable/core/limits.ts";
import { plain, RECEIVE, worldOf } from "./plain-atoms.ts";
import { call, out, program, Stage, type Step } from "./puppet.ts";

/** A daemon `d` that waits for its next message, with a callback for signal 1 that runs `steps`. */
async function listening(...steps: Step[]): Promise<Stage> {
  const stage = new Stage({ name: "d", kind: "daemon" }, "b");
  await stage.start();
  await stage.tell(
    "d",
    call("interrupt.on", 1, program(...steps)),
    call("interrupt.on", 2, 0),
    call("interrupt.on", 3, 0),
  );
  return stage;
}

describe("§3 the order at a blocking point", () => {
  test("the turn is committed first: a callback sees it, and a trap in the callback leaves it", async () => {
    const stage = await listening(call("kv.get", "k", out(1)));
    await stage.tell(
      "d",
      call("interrupt.mask"),
      call("messaging.receive", -1, out(9)),
      call("interrupt.unmask"),
      call("kv.put", "k", "1"),
      call("core.yield"),
    );
    await stage.interrupt("d", 1);
    await stage.send("d", "go on");
    expect(stage.trace("d")).toContain('kv.get = 1 "1"');
  });

  test("pending interrupts come before completed futures, each in the order in which it came, then the wait ends", async () => {
    const stage = await listening();
    const [late, early] = [call("future.timer", 20), call("future.timer", 10)];
    await stage.tell("d", call("interrupt.mask"), late, early, call("core.sleep", 30));
    await stage.interrupt("d", 2, "22");
    await stage.interrupt("d", 1, "1");
    await stage.advance(30);
    stage.trace("d");
    const callbacks = [late, early].map((timer) => call("future.on_complete", timer, 0));
    const lines = await stage.tell("d", ...callbacks, call("interrupt.unmask"), call("core.yield"));
    expect(lines.slice(3)).toEqual([
      ...["> interrupt 2", "<"],
      ...["> interrupt 1", "<"],
      ...["> future 0", "<"],
      ...["> future 0", "<"],
      "core.yield = 0",
    ]);
  });

  test("futures' callbacks run in the order of completion", async () => {
    const stage = await listening();
    const timers = [30, 10, 20].map((ms) => call("future.timer", ms));
    const note = (index: number) =>
      program(call("core.config", String(index), out(0)), call("core.last_error", out(80)));
    const register = timers.map((timer, index) => call("future.on_complete", timer, note(index)));
    await stage.tell("d", ...timers, ...register, call("core.sleep", 50));
    await stage.advance(50);
    const noted = stage.trace("d").filter((line) => line.startsWith("core.last_error"));
    expect(noted.map((line) => /has no .*(\d)/.exec(line)?.[1])).toEqual(["1", "2", "0"]);
  });

  test("a blocking call that has its answer already still runs the callbacks first", async () => {
    const stage = await listening(call("core.take", out(9)));
    await stage.tell(
      "d",
      call("interrupt.mask"),
      call("messaging.receive", -1, out(9)),
      call("interrupt.unmask"),
      call("messaging.receive", 0, out(9)),
      call("core.sleep", 0),
    );
    await stage.interrupt("d", 1, "i");
    await stage.interrupt("d", 2);
    await Promise.all([stage.send("d", "one"), stage.send("d", "two")]);
    expect(stage.trace("d")).toEqual([
      'messaging.receive = 3 "one"',
      "interrupt.unmask = 0",
      "> interrupt 1",
      'core.take = 1 "i"',
      "<",
      "> interrupt 0",
      "<",
      'messaging.receive = 3 "two"',
      "core.sleep = 0",
    ]);
  });

  test.each<[string, Step[]]>([
    ["core.sleep", [call("core.sleep", 0)]],
    ["core.yield", [call("core.yield")]],
    ["messaging.receive", [call("messaging.receive", 0, out(1))]],
    ["naming.resolve", [call("naming.resolve", "b", out(9))]],
    ["naming.lookup", [call("naming.lookup", "", "b", 0, 1, out(9))]],
  ])("%s is a blocking point", async (_, steps) => {
    const stage = await listening(call("messaging.kind"));
    await stage.tell(
      "d",
      call("interrupt.mask"),
      call("messaging.receive", -1, out(9)),
      call("interrupt.unmask"),
      call("messaging.kind"),
      ...steps,
    );
    await stage.interrupt("d", 1);
    await stage.send("d", "go on");
    const lines = stage.trace("d");
    expect(lines.slice(1, 6)).toEqual([
      "interrupt.unmask = 0",
      "messaging.kind = 0",
      "> interrupt 0",
      "messaging.kind = 3",
      "<",
    ]);
    expect(lines).toHaveLength(7);
  });

  test("future.await is a blocking point, even of a future that is complete", async () => {
    const stage = await listening(call("messaging.kind"));
    const timer = call("future.timer", 0);
    await stage.tell(
      "d",
      timer,
      call("interrupt.mask"),
      call("messaging.receive", -1, out(9)),
      call("interrupt.unmask"),
      call("future.await", timer, 0, out(1)),
    );
    await stage.interrupt("d", 1);
    await stage.send("d", "go on");
    expect(stage.trace("d").slice(2)).toEqual(["> interrupt 0", "messaging.kind = 3", "<", "future.await = 0"]);
  });

  test("no other call is one: between two blocking points nothing runs in between", async () => {
    const stage = await listening(call("messaging.kind"));
    const calls = [
      call("kv.put", "a", "b"),
      call("core.now"),
      call("future.timer", 5),
      call("messaging.send", "b", "x"),
      call("core.log", 2, "x"),
    ];
    await stage.tell(
      "d",
      call("interrupt.mask"),
      call("messaging.receive", -1, out(9)),
      call("interrupt.unmask"),
      ...calls,
    );
    await stage.interrupt("d", 1);
    await stage.send("d", "go on");
    expect(stage.trace("d").indexOf("> interrupt 0")).toBe(2 + calls.length);
  });
});

describe("§3 callbacks run while the code below is blocked", () => {
  test("an interrupt runs at once, and the wait goes on", async () => {
    const stage = await listening(call("core.take", out(9)));
    await stage.tell("d", call("core.sleep", 1_000));
    await stage.advance(400);
    await stage.interrupt("d", 1, "hello");
    expect(stage.trace("d")).toEqual(["> interrupt 5", 'core.take = 5 "hello"', "<"]);
    await stage.advance(599);
    expect(stage.trace("d")).toEqual([]);
    await stage.advance(1);
    expect(stage.trace("d")).toEqual(["core.sleep = 0"]);
  });

  test("callbacks may block: three levels nest, last in, first out", async () => {
    const stage = new Stage({ name: "d", kind: "daemon" });
    await stage.start();
    const level = (name: string) =>
      program(call("kv.put", name, "in"), call("core.sleep", 100), call("kv.put", name, "out"));
    await stage.tell(
      "d",
      ...[1, 2, 3].map((signal) => call("interrupt.on", signal, level(`level ${signal}`))),
      call("core.sleep", 10),
    );
    await stage.interrupt("d", 1);
    await stage.interrupt("d", 2, "ab");
    await stage.interrupt("d", 3, "abc");
    stage.trace("d");
    expect(stage.kv("d")).toEqual({ "level 1": "in", "level 2": "in", "level 3": "in" });
    await stage.advance(100);
    expect(stage.trace("d")).toEqual([
      ...["core.sleep = 0", "kv.put = 0", "<"],
      ...["core.sleep = 0", "kv.put = 0", "<"],
      ...["core.sleep = 0", "kv.put = 0", "<"],
      "core.sleep = 0",
    ]);
  });

  test("code below goes on only when the callbacks on top have ended, though its own wait is over", async () => {
    const stage = await listening(call("core.sleep", 1_000), call("kv.put", "callback", "ended"));
    await stage.tell("d", call("core.sleep", 10), call("kv.get", "callback", out(5)));
    await stage.interrupt("d", 1);
    await stage.advance(500);
    expect(stage.trace("d")).toEqual(["> interrupt 0"]);
    await stage.advance(500);
    expect(stage.trace("d")).toEqual(["core.sleep = 0", "kv.put = 0", "<", "core.sleep = 0", 'kv.get = 5 "ended"']);
  });

  test("callbacks nest to a depth of 64; those that come then run once one has ended", async () => {
    const stage = new Stage({ name: "d", kind: "daemon" });
    await stage.start();
    await stage.tell("d", call("interrupt.on", 1, program(call("core.sleep", 100))));
    stage.trace("d");
    const runs = (count: number) => Array.from({ length: count }, () => "> interrupt 0");
    for (let count = 0; count < 100; count++) await stage.interrupt("d", 1);
    expect(stage.trace("d")).toEqual(runs(63));
    // The one on top ends, and the next takes its place.
    await stage.advance(100);
    expect(stage.trace("d")).toEqual(["core.sleep = 0", "<", "> interrupt 0"]);
    for (let count = 0; count < 37; count++) await stage.advance(100);
    expect(stage.trace("d").filter((line) => line === "<").length).toBe(99);
    expect(stage.trapText("d")).toBe("");
    expect(await stage.tell("d", call("core.self_name", out(9)))).toContain('core.self_name = 7 "cloud/d"');
  });

  test("at that depth a re-entrant request fails at once, for the callback on top may wait for it", async () => {
    const stage = new Stage("a", "b");
    const asksBack = call("future.request", "a", "question", -1);
    const asked = call(
      "future.request",
      "b",
      stage.script(
        "b",
        call("core.sleep", 50),
        asksBack,
        call("future.await", asksBack, -1, out(9)),
        call("messaging.reply", "x"),
      ),
      -1,
    );
    const answered = stage.tell(
      "a",
      call("messaging.on_reentrant", program()),
      call("interrupt.on", 1, program(call("core.sleep", 1_000))),
      ...[asked, call("future.await", asked, -1, out(9))],
    );
    for (let count = 0; count < 70; count++) await stage.interrupt("a", 1);
    await stage.advance(50);
    expect(stage.trace("b")).toContain("future.await = DEADLOCK");
    for (let count = 0; count < 8; count++) await stage.advance(1_000);
    await answered;
    expect(stage.trapText("a")).toBe("");
  });
});

describe("§3 masked interrupts wait", () => {
  test("until unmask and the next blocking point, in order", async () => {
    const stage = await listening(call("core.take", out(9)));
    await stage.tell("d", call("interrupt.mask"));
    await stage.interrupt("d", 1, "first");
    await stage.interrupt("d", 1, "second");
    expect(stage.trace("d")).toEqual([]);
    expect(await stage.tell("d", call("interrupt.unmask"), call("messaging.kind"))).toEqual([
      "interrupt.unmask = 0",
      "messaging.kind = 0",
      ...["> interrupt 5", 'core.take = 5 "first"', "<"],
      ...["> interrupt 6", 'core.take = 6 "second"', "<"],
    ]);
  });

  test("masking does not keep futures or messages", async () => {
    const stage = await listening();
    const timer = call("future.timer", 5);
    await stage.tell("d", call("interrupt.mask"), timer, call("future.on_complete", timer, 0));
    await stage.advance(5);
    expect(stage.trace("d")).toEqual(["> future 0", "<"]);
  });

  test("a callback may mask: those that come while it blocks wait for the unmask", async () => {
    const stage = await listening(call("interrupt.mask"), call("core.sleep", 10), call("interrupt.unmask"));
    await stage.interrupt("d", 1);
    await stage.interrupt("d", 2, "xx");
    stage.trace("d");
    await stage.advance(10);
    expect(stage.trace("d")).toEqual(["core.sleep = 0", "interrupt.unmask = 0", "<", "> interrupt 2", "<"]);
  });
});

describe("§3 the current message and take during a callback", () => {
  const look = [call("messaging.kind"), call("messaging.sender", out(20)), call("messaging.attempt")];

  test("of an interrupt: the interrupt, kind 3, with its sender and payload", async () => {
    const stage = await listening(call("core.take", out(9)), ...look, call("messaging.reply", "no"));
    await stage.tell("b", call("messaging.interrupt", "d", 1, "payload"));
    expect(stage.trace("d")).toEqual([
      "> interrupt 7",
      'core.take = 7 "payload"',
      "messaging.kind = 3",
      'messaging.sender = 7 "cloud/b"',
      "messaging.attempt = 1",
      "messaging.reply = INVALID",
      "<",
    ]);
  });

  test("of a future: none", async () => {
    const stage = new Stage("a");
    const timer = call("future.timer", 5);
    await stage.tell(
      "a",
      timer,
      call("future.on_complete", timer, program(...look, call("messaging.reply", "no"), call("core.take", out(3)))),
      call("core.sleep", 9),
    );
    await stage.advance(5);
    expect(stage.trace("a")).toEqual([
      "> future 0",
      "messaging.kind = NOT_FOUND",
      "messaging.sender = NOT_FOUND",
      "messaging.attempt = NOT_FOUND",
      "messaging.reply = NOT_FOUND",
      "core.take = 0",
      "<",
    ]);
  });

  test("both are as the blocked code left them when the callback ends, and so is last_error", async () => {
    const stage = await listening(
      call("kv.get", "absent", out(1)),
      call("core.self_name", out(1)),
      call("core.take", out(20)),
    );
    const request = stage.script(
      "d",
      call("future.poll", 9),
      call("core.self_name", out(1)),
      call("core.sleep", 50),
      ...look,
      call("core.take", out(20)),
      call("core.self_name", out(1)),
      call("core.last_error", out(99)),
      call("messaging.reply", "done"),
    );
    const { answer } = await stage.asking("d", request);
    await stage.interrupt("d", 1, "i");
    stage.trace("d");
    await stage.advance(50);
    expect(stage.trace("d")).toEqual([
      "core.sleep = 0",
      "messaging.kind = 1",
      "messaging.sender = 0",
      "messaging.attempt = 1",
      "core.take = NOT_FOUND",
      "core.self_name = 7",
      'core.last_error = 23 "Nothing waits for take."',
      "messaging.reply = 0",
    ]);
    await expect(answer).resolves.toMatchObject({ kind: "answered", answer: { kind: "reply" } });
  });

  test("take: what waited for the blocked code waits for it still", async () => {
    const stage = await listening(call("core.take", out(20)), call("core.take", out(20)));
    await stage.tell("d", call("core.self_name", out(1)), call("core.sleep", 50), call("core.take", out(20)));
    await stage.interrupt("d", 1, "of the interrupt");
    await stage.advance(50);
    expect(stage.trace("d")).toEqual([
      "> interrupt 16",
      'core.take = 16 "of the interrupt"',
      "core.take = NOT_FOUND",
      "<",
      "core.sleep = 0",
      'core.take = 7 "cloud/d"',
    ]);
  });

  test("last_error: a failure inside a callback does not hide that of the blocked code", async () => {
    const stage = await listening(call("kv.get", "absent", out(1)));
    await stage.tell("d", call("future.poll", 9), call("core.sleep", 50), call("core.last_error", out(80)));
    await stage.interrupt("d", 1);
    await stage.advance(50);
    expect(stage.trace("d").at(-1)).toContain("There is no future 9");
  });
});

test("§6 an atom listens to so many signals at most, and is told of it by BUSY", async () => {
  const body = `(global $signal (mut i32) (i32.const 0))
    (func (export "radon_callback") (param i32 i32 i32))
    (func (export "invoke") (local $answer i32) ${RECEIVE}
      (loop $again
        (local.set $answer (call $on (global.get $signal) (i32.const 0)))
        (br_if 1 (i32.gt_s (global.get $signal) (i32.const ${2 * SIGNALS_MAX})))
        (if (i32.eqz (local.get $answer)) (then
          (global.set $signal (i32.add (global.get $signal) (i32.const 1)))
          (br $again))))
      (i32.store (i32.const 64) (global.get $signal))
      (i32.store (i32.const 68) (local.get $answer))
      (drop (call $reply (i32.const 64) (i32.const 8))))`;
  const world = await worldOf(plain(["receive", "reply", "on"], body));
  const payload = new Uint8Array(new Int32Array([SIGNALS_MAX, ERROR_CODES.BUSY]).buffer);
  expect(await world.ask("a", "how many?")).toEqual({ kind: "reply", payload });
});
