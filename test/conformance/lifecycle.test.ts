/** docs/abi.md, section 2: the lives of reactive atoms and daemons, and what radon_callback is called with. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { SLICE_TURNS_MAX } from "../../durable/core/limits.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import { answerOf, shownAnswer } from "../engine/engine-harness.ts";
import { INVOKED, plain, RECEIVE, worldOf } from "./plain-atoms.ts";
import { bytesOf, call, out, program, Stage, trap } from "./puppet.ts";

afterEach(() => void vi.restoreAllMocks());

describe("§2 reactive atoms", () => {
  test("invoke runs once a message, and the first receive in it returns that message at once", async () => {
    const stage = new Stage("a");
    const steps = ["1", "2"].map((key) => stage.script("a", call("kv.put", key, "x"), call("messaging.attempt")));
    await Promise.all(steps.map((script) => stage.send("a", script)));
    const once = ["kv.put = 0", "messaging.attempt = 1"];
    expect(stage.trace("a")).toEqual([...once, ...once]);
  });

  test("a further receive in the same invoke returns the next message, or waits for it", async () => {
    const stage = new Stage("a");
    await stage.tell("a", call("messaging.receive", -1, out(9)), call("messaging.receive", 50, out(9)));
    await stage.send("a", "second");
    await stage.advance(50);
    expect(stage.trace("a")).toEqual(['messaging.receive = 6 "second"', "messaging.receive = TIMEOUT"]);
    expect(stage.session("a").atom.mailbox.count).toBe(0);
  });

  test("when invoke returns its message is consumed, even if it never called receive", async () => {
    const world = await worldOf(plain(["log"], `(func (export "invoke") ${INVOKED})`));
    await world.send("a", "1");
    await world.send("a", "2");
    expect(world.logs("a")).toHaveLength(2);
    expect(world.session("a").atom.mailbox.count).toBe(0);
  });

  test("a request that was not answered when invoke returns has failed", async () => {
    const world = await worldOf(plain([], `(func (export "invoke"))`));
    expect(shownAnswer(await world.ask("a", "x"))).toMatch(/^REMOTE: .*without an answer/);
  });

  test("the instance is kept: its memory is there for the next message", async () => {
    const body = `(global $count (mut i32) (i32.const 48)) (func (export "invoke") ${RECEIVE}
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (i32.store8 (i32.const 0) (global.get $count))
      (drop (call $reply (i32.const 0) (i32.const 1))))`;
    const world = await worldOf(plain(["receive", "reply"], body));
    expect(shownAnswer(await world.ask("a", ""))).toBe("1");
    expect(shownAnswer(await world.ask("a", ""))).toBe("2");
  });

  test("callbacks run between messages, too", async () => {
    const stage = new Stage("a");
    const timer = call("future.timer", 100);
    const look = program(call("messaging.kind"));
    await stage.tell("a", call("interrupt.on", 1, look), timer, call("future.on_complete", timer, look));
    await stage.interrupt("a", 1);
    await stage.advance(100);
    const interrupted = ["> interrupt 0", "messaging.kind = 3", "<"];
    expect(stage.trace("a")).toEqual([...interrupted, "> future 0", "messaging.kind = NOT_FOUND", "<"]);
  });
});

describe("§2 a restart of a reactive atom loses no message that its instance has not seen", () => {
  /** Says so only if it was given a message. */
  const invoke = `(func (export "invoke")
    (if (i32.ge_s (call $receive (i64.const -1) (i32.const 64) (i32.const 64)) (i32.const 0)) (then ${INVOKED})))`;
  const imports = ["log", "sleep", "receive", "on"] as const;
  const register = `(func (export "_initialize") (drop (call $on (i32.const 1) (i32.const 1))))`;
  const callback = `(func (export "radon_callback") (param i32 i32 i32) (drop (call $sleep (i64.const 1000))))`;

  test("while a callback blocks between two messages", async () => {
    const world = await worldOf(plain(imports, `${register} ${callback} ${invoke}`));
    await world.send("a", "seen, and the instance is there");
    await world.interrupt("a", 1);
    await world.send("a", "accepted while the callback sleeps");
    world.session("a").restart();
    await world.advance(1_000);
    expect(world.logs("a")).toEqual(["info: invoke..", "info: invoke.."]);
    expect(world.session("a").atom.mailbox.count).toBe(0);
  });

  test("while _initialize blocks", async () => {
    const world = await worldOf(
      plain(imports, `(func (export "_initialize") (drop (call $sleep (i64.const 1000)))) ${invoke}`),
    );
    await world.send("a", "accepted");
    world.session("a").restart();
    await world.advance(1_000);
    expect(world.logs("a")).toEqual(["info: invoke.."]);
  });

  test("while invoke blocks before it receives, and whoever asked is answered by the next instance", async () => {
    const body = `(func (export "invoke")
      (if (i32.eqz (call $sleep (i64.const 1000)))
        (then ${RECEIVE} (drop (call $reply (i32.const 64) (i32.const 8))))))`;
    const world = await worldOf(plain(["sleep", "receive", "reply"], body));
    const { answer } = await world.asking("a", "question");
    world.session("a").restart();
    await world.advance(1_000);
    expect(shownAnswer(answerOf(await answer))).toBe("question");
  });
});

describe("§2 a trap of a reactive atom", () => {
  test("brings the message again, attempt raised, and after attemptsMax puts it to the dead letters", async () => {
    const stage = new Stage({ name: "a", attemptsMax: 3 });
    const { answer } = await stage.asking("a", stage.script("a", call("messaging.attempt"), trap()));
    await stage.advance(1_000);
    expect(stage.trace("a")).toEqual([1, 2, 3].map((attempt) => `messaging.attempt = ${attempt}`));
    const [letter] = stage.session("a").atom.deadLetters(0, 9);
    expect(letter?.reason).toMatch(
      /^It trapped the atom 3 times\. The last trap: RuntimeError: unreachable \(It ended itself.*\)\n/,
    );
    expect(await answer).toMatchObject({ answer: { kind: "failure", failure: { code: "REMOTE" } } });
  });

  test("counts against the message even before it was received", async () => {
    const world = await worldOf(plain([], `(func (export "invoke") unreachable)`), { attemptsMax: 2 });
    await world.send("a", "x");
    await world.advance(1_000);
    expect(world.session("a").atom.deadLetterCount).toBe(1);
    expect(world.session("a").atom.mailbox.count).toBe(0);
  });

  test("counts against it also in a callback that runs while it is handled", async () => {
    const stage = new Stage({ name: "a", attemptsMax: 2 });
    const timer = call("future.timer", 1);
    await stage.tell("a", timer, call("future.on_complete", timer, program(trap())), call("core.sleep", 5));
    await stage.advance(1_000);
    expect(stage.session("a").atom.deadLetterCount).toBe(1);
  });

  test("in the callback of an interrupt counts against the interrupt, which comes again", async () => {
    // A daemon registers anew when it starts anew; its first words are in the first message.
    const stage = new Stage({ name: "d", kind: "daemon", attemptsMax: 2 });
    await stage.start();
    await stage.tell("d", call("interrupt.on", 1, program(call("messaging.attempt"), trap())));
    await stage.interrupt("d", 1);
    expect(stage.trace("d")).toEqual(["> interrupt 0", "messaging.attempt = 1"]);
    await stage.advance(1_000);
    expect(stage.session("d").atom.counters.droppedInterrupts).toBe(1);
  });
});

describe("§2 daemons", () => {
  test("invoke is called once, when the atom starts, without a message", async () => {
    const body = `(func (export "invoke") ${INVOKED} (loop $again ${RECEIVE} (br $again)))`;
    const world = await worldOf(plain(["log", "receive"], body), { kind: "daemon" });
    expect(world.logs("a")).toEqual(["info: invoke.."]);
    await world.send("a", "x");
    expect(world.logs("a")).toHaveLength(1);
    expect(world.session("a").runner.state).toBe("running");
  });

  test("a return ends the atom: whoever asks is refused, and it is not started again", async () => {
    const world = await worldOf(plain(["log"], `(func (export "invoke") ${INVOKED})`), { kind: "daemon" });
    expect(world.session("a").runner.state).toBe("ended");
    expect(shownAnswer(await world.ask("a", "x"))).toBe("CLOSED: cloud/a has ended.");
    await world.evict("a");
    expect(world.logs("a")).toEqual([]);
    expect(world.session("a").runner.state).toBe("ended");
  });

  test("a restart starts it again", async () => {
    const world = await worldOf(plain(["log"], `(func (export "invoke") ${INVOKED})`), { kind: "daemon" });
    world.session("a").restart();
    await world.settle();
    expect(world.logs("a").filter((line) => line === "info: invoke..")).toHaveLength(2);
  });

  test("what it did in its last turn is committed", async () => {
    const stage = new Stage({ name: "a", kind: "daemon" });
    await stage.start();
    await stage.send("a", bytesOf(program(call("kv.put", "last", "words"))));
    expect(stage.kv("a")).toEqual({ last: "words" });
    expect(stage.session("a").runner.state).toBe("ended");
  });

  test.each([-3, -2, -1, 0])(
    "its end is in the commit of its last turn, also at the end of a slice (%i)",
    async (more) => {
      const body = `(func (export "invoke") (local $turns i32)
      (loop $again
        (drop (call $sleep (i64.const 0)))
        (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
        (br_if $again (i32.lt_s (local.get $turns) (i32.const ${SLICE_TURNS_MAX + more}))))
      (drop (call $put (i32.const 0) (i32.const 4) (i32.const 4) (i32.const 4))))`;
      const commit = vi.spyOn(MemoryStore.prototype, "commit");
      await worldOf(plain(["sleep", "put"], body), { kind: "daemon" });
      const last = commit.mock.calls.find(([changes]) => changes.some(({ kind }) => kind === "kv"));
      expect(last?.[0]).toContainEqual({ kind: "state", name: "ended", value: "hash" });
    },
  );

  test("a trap restarts it, with a backoff that grows", async () => {
    const world = await worldOf(plain(["log"], `(func (export "invoke") ${INVOKED} unreachable)`), { kind: "daemon" });
    const counts: number[] = [];
    for (const ms of [0, 49, 1, 99, 1, 199, 1]) {
      await world.advance(ms);
      counts.push(world.logs("a").filter((line) => line.startsWith("info")).length);
    }
    expect(counts).toEqual([1, 1, 2, 2, 3, 3, 4]);
    expect(world.session("a").runner.state).toBe("backoff");
  });

  test("a message that the trap's turn had received comes again, attempt raised", async () => {
    const stage = new Stage({ name: "a", kind: "daemon", attemptsMax: 2 });
    await stage.start();
    await stage.tell("a", call("messaging.attempt"), trap());
    await stage.advance(100);
    expect(stage.trace("a")).toEqual(["messaging.attempt = 2"]);
    expect(stage.session("a").atom.deadLetterCount).toBe(1);
  });

  test("asked to stop, its blocking call answers CLOSED, so that it can end by itself", async () => {
    const stage = new Stage({ name: "a", kind: "daemon" });
    await stage.start();
    await stage.tell("a", call("core.sleep", -1), call("kv.put", "last", "words"));
    stage.session("a").restart();
    await stage.settle();
    expect(stage.trace("a")).toEqual(["core.sleep = CLOSED", "kv.put = 0"]);
    expect(stage.kv("a")).toEqual({ last: "words" });
    expect(stage.session("a").runner.state).toBe("running");
  });

  test("so does that of the code below a callback that blocks, each once", async () => {
    const stage = new Stage({ name: "a", kind: "daemon" });
    await stage.start();
    await stage.tell(
      "a",
      call("interrupt.on", 1, program(call("core.sleep", -1))),
      call("core.sleep", -1),
      call("core.sleep", -1),
    );
    await stage.interrupt("a", 1);
    stage.trace("a");
    stage.session("a").restart();
    await stage.settle();
    expect(stage.trace("a")).toEqual(["core.sleep = CLOSED", "<", "core.sleep = CLOSED"]);
    expect(stage.session("a").atom.supervisor.restarts).toBe(0);
  });
});

describe("§2 radon_callback", () => {
  test("a future's payload waits in take, len is its length", async () => {
    const stage = new Stage("a", "b");
    const asked = call("future.request", "b", stage.script("b", call("messaging.reply", "answer")), -1);
    const lines = await stage.tell("a", asked, call("future.on_complete", asked, program(call("core.take", out(9)))));
    expect(lines.slice(2)).toEqual(["> future 6", 'core.take = 6 "answer"', "<"]);
  });

  test("of a future that failed, len is the code, last_error its sentence, and nothing waits in take", async () => {
    const stage = new Stage("a", "b");
    const asked = call("future.request", "b", stage.script("b", call("messaging.fail", "no such room")), -1);
    const callback = program(call("core.last_error", out(99)), call("core.take", out(9)));
    const lines = await stage.tell("a", asked, call("future.on_complete", asked, callback));
    expect(lines.slice(2)).toEqual([
      "> future REMOTE",
      'core.last_error = 12 "no such room"',
      "core.take = NOT_FOUND",
      "<",
    ]);
  });

  test("a module that registers a callback and exports none is trapped, with the reason", async () => {
    const body = `(func (export "invoke") (drop (call $on (i32.const 1) (i32.const 1))))`;
    const world = await worldOf(plain(["on"], body));
    await world.send("a", "x");
    expect(world.trapText("a")).toContain("radon:interrupt.on registers a callback, but the module exports no");
  });
});
