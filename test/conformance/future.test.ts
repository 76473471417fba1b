/** docs/abi.md, section 4: `radon:future`. */
import { describe, expect, test } from "vitest";
import { FUTURES_MAX } from "../../durable/core/limits.ts";
import { answerOf } from "../engine/engine-harness.ts";
import { RECEIVE, worldOf } from "./plain-atoms.ts";
import { call, out, program, Stage, trap, type Step } from "./puppet.ts";

/** A request to `b` that it answers after `ms`. */
function slow(stage: Stage, ms: number, timeout = -1): Step {
  return call(
    "future.request",
    "b",
    stage.script("b", call("core.sleep", ms), call("messaging.reply", "answer")),
    timeout,
  );
}
const awaited = (future: Step, timeout = -1) => call("future.await", future, timeout, out(9));
const lastError = () => call("core.last_error", out(400));

describe("§4 request", () => {
  test("gives a positive id at once; the answer comes later", async () => {
    const stage = new Stage("a", "b");
    const asked = slow(stage, 100);
    expect(await stage.tell("a", asked, call("future.poll", asked), awaited(asked))).toEqual([
      "future.request = id",
      "future.poll = 0",
    ]);
    await stage.advance(100);
    expect(stage.trace("a")).toEqual(['future.await = 6 "answer"']);
  });

  test("to a name that is malformed, unknown or with too much to carry is a negative id", async () => {
    const stage = new Stage("a", "b");
    expect(
      await stage.tell(
        "a",
        call("future.request", "?", "x", -1),
        call("future.request", "nobody", "x", -1),
        call("future.request", "b", 0, 1_048_577, -1),
      ),
    ).toEqual(["future.request = INVALID", "future.request = NOT_FOUND", "future.request = TOO_LARGE"]);
  });

  test("many can be under way at once, and are awaited in any order", async () => {
    const stage = new Stage("a", "b", "c");
    const answers = ["b", "c"].map((to) =>
      call("future.request", to, stage.script(to, call("messaging.reply", to)), -1),
    );
    const [first, second] = answers as [Step, Step];
    expect((await stage.tell("a", first, second, awaited(second), awaited(first))).slice(2)).toEqual([
      'future.await = 1 "c"',
      'future.await = 1 "b"',
    ]);
  });

  test("its own timeout completes it with TIMEOUT, and the late reply is dropped", async () => {
    const stage = new Stage("a", "b");
    const asked = slow(stage, 100, 50);
    await stage.tell("a", asked, awaited(asked), lastError(), call("core.sleep", 100), call("future.poll", asked));
    await stage.advance(200);
    expect(stage.trace("a")).toEqual([
      "future.await = TIMEOUT",
      'core.last_error = 35 "No answer came in the time allowed."',
      "core.sleep = 0",
      "future.poll = NOT_FOUND",
    ]);
    expect(stage.session("a").atom.mailbox.empty).toBe(true);
  });

  test("a peer that traps for good answers with REMOTE", async () => {
    const stage = new Stage("a", { name: "b", attemptsMax: 2 });
    const asked = call("future.request", "b", stage.script("b", trap()), -1);
    await stage.tell("a", asked, awaited(asked), lastError());
    await stage.advance(1_000);
    const [answer, reason] = stage.trace("a");
    expect(answer).toBe("future.await = REMOTE");
    expect(reason).toContain("unreachable");
  });

  test("a peer that has ended answers with CLOSED", async () => {
    const stage = new Stage("a", { name: "b", kind: "daemon" });
    await stage.start();
    await stage.send("b", new Uint8Array(4));
    const asked = call("future.request", "b", "x", -1);
    expect((await stage.tell("a", asked, awaited(asked))).at(-1)).toBe("future.await = CLOSED");
  });
});

describe("§4 await", () => {
  test("its timeout ends the waiting, not the future", async () => {
    const stage = new Stage("a", "b");
    const asked = slow(stage, 100);
    await stage.tell("a", asked, awaited(asked, 50), awaited(asked, 20), awaited(asked));
    await stage.advance(100);
    expect(stage.trace("a")).toEqual(["future.await = TIMEOUT", "future.await = TIMEOUT", 'future.await = 6 "answer"']);
  });

  test("of 0 looks once", async () => {
    const stage = new Stage("a", "b");
    const asked = slow(stage, 0);
    expect(
      (await stage.tell("a", asked, awaited(asked, 0), call("core.sleep", 5), awaited(asked, 0))).slice(0, 2),
    ).toEqual(["future.request = id", "future.await = TIMEOUT"]);
    await stage.advance(5);
    expect(stage.trace("a").at(-1)).toBe('future.await = 6 "answer"');
  });

  test("the result is handed out once; an unknown future is NOT_FOUND", async () => {
    const stage = new Stage("a", "b");
    const asked = slow(stage, 0);
    const lines = await stage.tell(
      "a",
      asked,
      awaited(asked),
      awaited(asked),
      call("future.await", 1, -1, out(1)),
      call("future.await", -2, -1, out(1)),
    );
    expect(lines.slice(1)).toEqual([
      'future.await = 6 "answer"',
      ...Array.from({ length: 3 }, () => "future.await = NOT_FOUND"),
    ]);
  });

  test("a future with a callback can be awaited too: the callback runs first, then await has the payload", async () => {
    const stage = new Stage("a", "b");
    const asked = slow(stage, 10);
    await stage.tell("a", asked, call("future.on_complete", asked, program(call("core.take", out(9)))), awaited(asked));
    await stage.advance(10);
    expect(stage.trace("a")).toEqual(["> future 6", 'core.take = 6 "answer"', "<", 'future.await = 6 "answer"']);
  });

  test("two activations may wait for the same future", async () => {
    const stage = new Stage({ name: "a", kind: "daemon" }, "b");
    await stage.start();
    const asked = slow(stage, 50);
    await stage.tell("a", asked, call("interrupt.on", 1, program(awaited(asked))), awaited(asked));
    await stage.interrupt("a", 1);
    await stage.advance(50);
    expect(stage.trace("a")).toEqual(["> interrupt 0", 'future.await = 6 "answer"', "<", 'future.await = 6 "answer"']);
  });
});

describe("§4 timer", () => {
  test("completes after its time, with nothing", async () => {
    const stage = new Stage("a");
    const timer = call("future.timer", 1_000);
    await stage.tell("a", timer, awaited(timer));
    await stage.advance(999);
    expect(stage.trace("a")).toEqual([]);
    await stage.advance(1);
    expect(stage.trace("a")).toEqual(["future.await = 0"]);
  });

  test("of 0 is complete at once, of -1 never", async () => {
    const stage = new Stage("a");
    const [now, never] = [call("future.timer", 0), call("future.timer", -1)];
    await stage.tell(
      "a",
      now,
      never,
      call("future.poll", now),
      call("future.poll", never),
      awaited(never, 1_000_000),
      call("future.poll", never),
    );
    await stage.advance(1_000_000);
    expect(stage.trace("a")).toEqual(["future.await = TIMEOUT", "future.poll = 0"]);
  });

  test("several complete in the order of their times", async () => {
    const stage = new Stage("a");
    const times = [300, 100, 200, 100];
    const timers = times.map((ms) => call("future.timer", ms));
    const note = (index: number) => program(call("core.config", String(index), out(0)), lastError());
    await stage.tell("a", ...timers, ...timers.map((timer, index) => call("future.on_complete", timer, note(index))));
    await stage.advance(300);
    const noted = stage.trace("a").flatMap((line) => /has no .*?(\d)/.exec(line)?.[1] ?? []);
    expect(noted).toEqual(["1", "3", "2", "0"]);
  });
});

describe("§4 poll", () => {
  test("0 pending, 1 completed, or the error code; it takes nothing away", async () => {
    const stage = new Stage("a", "b");
    const good = slow(stage, 0);
    const bad = call("future.request", "b", stage.script("b", call("messaging.fail", "no")), -1);
    const polls = () => [call("future.poll", good), call("future.poll", bad)];
    await stage.tell(
      "a",
      good,
      bad,
      ...polls(),
      call("core.sleep", 10),
      ...polls(),
      awaited(good),
      awaited(bad),
      ...polls(),
    );
    await stage.advance(10);
    expect(stage.trace("a")).toEqual([
      "core.sleep = 0",
      ...["future.poll = 1", "future.poll = REMOTE"],
      ...['future.await = 6 "answer"', "future.await = REMOTE"],
      ...["future.poll = NOT_FOUND", "future.poll = NOT_FOUND"],
    ]);
  });
});

describe("§4 on_complete", () => {
  const note = () => program(call("core.take", out(9)));

  test("runs at the next blocking point if the future is complete already", async () => {
    const stage = new Stage("a", "b");
    const asked = slow(stage, 0);
    await stage.tell(
      "a",
      asked,
      call("core.sleep", 5),
      call("future.on_complete", asked, note()),
      call("core.now"),
      call("core.yield"),
    );
    await stage.advance(5);
    expect(stage.trace("a").slice(1)).toEqual([
      "future.on_complete = 0",
      expect.stringMatching(/^core.now/),
      "> future 6",
      'core.take = 6 "answer"',
      "<",
      "core.yield = 0",
    ]);
  });

  test("after invoke has returned, when the atom is at rest", async () => {
    const stage = new Stage("a", "b");
    const asked = slow(stage, 100);
    await stage.tell("a", asked, call("future.on_complete", asked, note()));
    await stage.advance(100);
    expect(stage.trace("a")).toEqual(["> future 6", 'core.take = 6 "answer"', "<"]);
  });

  test("the last registration counts", async () => {
    const stage = new Stage("a", "b");
    const asked = slow(stage, 0);
    const first = call("future.on_complete", asked, program(trap()));
    const lines = await stage.tell("a", asked, first, call("future.on_complete", asked, note()));
    expect(lines.slice(3)).toEqual(["> future 6", 'core.take = 6 "answer"', "<"]);
  });

  test("of an unknown future, or of one whose result was taken, it is NOT_FOUND", async () => {
    const stage = new Stage("a", "b");
    const asked = slow(stage, 0);
    const lines = await stage.tell(
      "a",
      asked,
      awaited(asked),
      call("future.on_complete", asked, 0),
      call("future.on_complete", 3, 0),
    );
    expect(lines.slice(2)).toEqual(["future.on_complete = NOT_FOUND", "future.on_complete = NOT_FOUND"]);
  });

  test("with a timeout: the callback gets TIMEOUT", async () => {
    const stage = new Stage("a", "b");
    const asked = slow(stage, 100, 10);
    await stage.tell("a", asked, call("future.on_complete", asked, note()));
    await stage.advance(200);
    expect(stage.trace("a")).toEqual(["> future TIMEOUT", "core.take = NOT_FOUND", "<"]);
  });
});

test.each(["poll", "cancel"] as const)("§6 a guest that only calls %s is never out of futures", async (end) => {
  const world = await worldOf(`(module
    (import "radon:future" "timer" (func $timer (param i64) (result i64)))
    (import "radon:future" "${end}" (func $end (param i64) (result i32)))
    (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
    (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "invoke") (local $count i32) (local $future i64)
      ${RECEIVE}
      (loop $again
        (local.set $future (call $timer (i64.const 0)))
        (if (i64.lt_s (local.get $future) (i64.const 0)) (then unreachable))
        (drop (call $end (local.get $future)))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (br_if $again (i32.le_s (local.get $count) (i32.const ${FUTURES_MAX}))))
      (drop (call $reply (i32.const 0) (i32.const 4)))))`);
  expect((await world.ask("a", "x")).kind).toBe("reply");
});

describe("§4 cancel", () => {
  test("completes a pending future with CANCELLED, and drops what comes for it", async () => {
    const stage = new Stage("a", "b");
    const asked = slow(stage, 10);
    await stage.tell(
      "a",
      asked,
      call("future.cancel", asked),
      call("future.poll", asked),
      call("core.sleep", 50),
      call("future.poll", asked),
      awaited(asked),
      call("future.cancel", asked),
    );
    await stage.advance(50);
    expect(stage.trace("a")).toEqual([
      "core.sleep = 0",
      "future.poll = CANCELLED",
      "future.await = CANCELLED",
      "future.cancel = NOT_FOUND",
    ]);
  });

  test("ends an await below, out of a callback", async () => {
    const stage = new Stage({ name: "a", kind: "daemon" });
    await stage.start();
    const timer = call("future.timer", 1_000);
    await stage.tell("a", timer, call("interrupt.on", 1, program(call("future.cancel", timer))), awaited(timer));
    await stage.interrupt("a", 1);
    expect(stage.trace("a")).toEqual(["> interrupt 0", "future.cancel = 0", "<", "future.await = CANCELLED"]);
  });

  test("runs the callback with CANCELLED", async () => {
    const stage = new Stage("a");
    const timer = call("future.timer", 1_000);
    const lines = await stage.tell("a", timer, call("future.on_complete", timer, 0), call("future.cancel", timer));
    expect(lines.slice(3)).toEqual(["> future CANCELLED", "<"]);
  });

  test("ends an await below even if the callback that cancelled needs its place, too", async () => {
    const fill = `(loop $again (br_if $again (i64.gt_s (call $timer (i64.const -1)) (i64.const 0))))`;
    const world = await worldOf(`(module
      (import "radon:future" "timer" (func $timer (param i64) (result i64)))
      (import "radon:future" "cancel" (func $cancel (param i64) (result i32)))
      (import "radon:future" "await" (func $await (param i64 i64 i32 i32) (result i32)))
      (import "radon:interrupt" "on" (func $on (param i32 i32) (result i32)))
      (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
      (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
      (memory (export "memory") 1) (global $awaited (mut i64) (i64.const 0))
      (func (export "radon_callback") (param i32 i32 i32) (drop (call $cancel (global.get $awaited))) ${fill})
      (func (export "invoke")
        ${RECEIVE}
        (drop (call $on (i32.const 1) (i32.const 1)))
        (global.set $awaited (call $timer (i64.const -1)))
        (drop (call $await (global.get $awaited) (i64.const -1) (i32.const 0) (i32.const 0)))
        (drop (call $reply (i32.const 0) (i32.const 4)))))`);
    const { answer } = await world.asking("a", "x");
    await world.interrupt("a", 1);
    expect(answerOf(await world.until(answer)).kind).toBe("reply");
  });

  test("leaves a completed future as it is", async () => {
    const stage = new Stage("a");
    const timer = call("future.timer", 0);
    expect(
      await stage.tell(
        "a",
        timer,
        call("future.poll", timer),
        call("future.cancel", timer),
        call("future.poll", timer),
      ),
    ).toEqual([...["future.timer = id", "future.poll = 1", "future.cancel = 0", "future.poll = 1"]]);
  });
});

test("§2 futures end with their instance: after a trap they are NOT_FOUND, and their callbacks never run", async () => {
  const stage = new Stage({ name: "a", attemptsMax: 1 }, "b");
  const asked = slow(stage, 100);
  await stage.tell("a", asked, call("future.on_complete", asked, 0));
  const id = stage.result("a", asked);
  await stage.tell("a", trap());
  await stage.advance(1_000);
  expect(await stage.tell("a", call("future.poll", id))).toEqual(["future.poll = NOT_FOUND"]);
});
