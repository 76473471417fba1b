/** docs/abi.md, section 7: what becomes of a guest that computes, and of its neighbours meanwhile. */
import { describe, expect, test, vi } from "vitest";
import type { Submission } from "../../durable/atom-session.ts";
import { INVOKED, plain, RECEIVE } from "../conformance/plain-atoms.ts";
import { answerOf, shownAnswer, World, type AtomSpec } from "./engine-harness.ts";
import { wat } from "./wat.ts";

/** Enough for a slice or two of a clock that stands still. */
const LITTLE_MS = 10;
/** For what has to compute while something else goes on. */
const SHORT_MS = 300;
const PLENTY_MS = 300_000;
const SPIN = `(loop $spin (br $spin))`;
/** Spins until the byte at 200 is not 0, which a callback can make it. */
const SPIN_UNTIL = `(loop $spin (br_if $spin (i32.eqz (i32.load8_u (i32.const 200)))))`;
const STOP_SPINNING = `(i32.store8 (i32.const 200) (i32.const 1))`;
const put = (key: number, length = 1) =>
  `(drop (call $put (i32.const ${key}) (i32.const ${length}) (i32.const 0) (i32.const 1)))`;
const REPLY = `(drop (call $reply (i32.const 64) (i32.const 2)))`;
const LISTEN = `(drop (call $on (i32.const 1) (i32.const 1)))`;
const PREEMPT = `(drop (call $preempt (i32.const 1)))`;

function atom(
  name: string,
  imports: Parameters<typeof plain>[0],
  body: string,
  changes: Partial<AtomSpec> = {},
): AtomSpec {
  return { name, module: wat(plain(imports, body)), cpuMs: LITTLE_MS, ...changes };
}

async function worldOf(...specs: AtomSpec[]): Promise<World> {
  const world = new World(specs);
  await world.start();
  return world;
}

/**
 * Lets the world's clock, by which computing is measured, go on by a millisecond whenever it is asked: so it measures what the guest does, and
 * not how long others keep the processor.
 */
function timedByWork(world: World): World {
  let ms = 0;
  vi.spyOn(world.clock, "monotonic").mockImplementation(() => (ms += 1));
  return world;
}

function asking(world: World, name: string): Promise<Submission> {
  const payload = new TextEncoder().encode("ok");
  return world.session(name).ask((id) => ({ kind: "request", id, chain: [], payload }), 30_000);
}

/** Turns of the event loop: the clock of the test does not go on by itself. */
function turns(count: number): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve(count > 1 ? turns(count - 1) : undefined)));
}

describe("a computation without end", () => {
  test("is stopped: the text says why and where", async () => {
    const body = `(func $inner ${SPIN}) (func $invoke (export "invoke") (call $inner))`;
    const world = await worldOf(atom("a", [], body, { attemptsMax: 1 }));
    expect(shownAnswer(await world.ask("a", "x"))).toMatch(/^REMOTE: The atom used more than 10 ms of CPU in one turn/);
    const [headline, ...frames] = world.trapText("a").split("\n");
    expect(headline).toBe("The atom used more than 10 ms of CPU in one turn without a blocking point (cpu_ms).");
    expect(frames.map((frame) => frame.trim().split(" ")[1])).toEqual(["inner", "invoke"]);
    expect(world.session("a").atom.deadLetters(0, 10)[0]?.reason).toContain("used more than 10 ms of CPU");
  });

  test.each([
    [
      "recursion",
      `(func $f (param i32) (result i32) (i32.add (call $f (i32.const 0)) (call $f (i32.const 0))))`,
      "(drop (call $f (i32.const 0)))",
    ],
    [
      "calls by a table",
      `(table 1 funcref) (elem (i32.const 0) $g) (func $g)`,
      "(loop $l (call_indirect (i32.const 0)) (br $l))",
    ],
    ["copying memory", "", "(loop $l (memory.copy (i32.const 0) (i32.const 1) (i32.const 60000)) (br $l))"],
    ["a loop in a loop", "", "(loop $o (loop $i) (br $o))"],
    ["calls of the host", "", `(loop $l ${put(0)} (br $l))`],
  ])("whatever it is made of: %s", async (what, functions, code) => {
    const world = await worldOf(
      atom("a", ["put"], `${functions} (func (export "invoke") ${code})`, { attemptsMax: 1 }),
    );
    const failure = shownAnswer(await world.ask("a", "x"));
    expect(failure).toMatch(what === "recursion" ? /Maximum call stack/ : /used more than 10 ms of CPU/);
  });

  test("cannot be kept alive by a handler that catches everything", async () => {
    const body = `(func (export "invoke") (loop $again (try (do ${SPIN}) (catch_all)) (br $again)))`;
    const world = await worldOf(atom("a", [], body, { attemptsMax: 1 }));
    expect(shownAnswer(await world.ask("a", "x"))).toMatch(/used more than 10 ms of CPU/);
  });

  test("nor can a guest that catches another fault and then goes on without end", async () => {
    const wrong = "(drop (call $put (i32.const 65536) (i32.const 1) (i32.const 0) (i32.const 0)))";
    const body = `(func (export "invoke") (try (do ${wrong}) (catch_all))
      (loop $again (try (do ${SPIN}) (catch_all)) (br $again)))`;
    const world = await worldOf(atom("a", ["put"], body, { cpuMs: PLENTY_MS, attemptsMax: 1 }));
    expect(shownAnswer(await world.ask("a", "x"))).toMatch(/leaves the atom's memory/);
  });

  test("leaves nothing behind, and the next message finds the atom well", async () => {
    const body = `(func (export "invoke") ${RECEIVE} ${put(0)}
      (if (i32.eq (i32.load8_u (i32.const 64)) (i32.const 0x78)) (then ${SPIN})) ${REPLY})`;
    const world = await worldOf(atom("a", ["receive", "put", "reply"], body, { attemptsMax: 1 }));
    await world.ask("a", "xx");
    expect(world.kv("a")).toEqual({});
    expect(shownAnswer(await world.ask("a", "ok"))).toBe("ok");
    expect(world.kv("a")).toEqual({ i: "i" });
  });

  test("in _initialize refuses the atom after its attempts, as any other trap there does", async () => {
    const body = `(func $init (export "_initialize") ${SPIN}) (func (export "invoke"))`;
    const world = await worldOf(atom("a", [], body, { attemptsMax: 2 }));
    expect(shownAnswer(await world.ask("a", "x"))).toMatch(
      /^CLOSED: Its initialization trapped 2 times.*used more than 10 ms/s,
    );
    expect(world.session("a").runner.state).toBe("failed");
  });

  test("in a start function is stopped as well, though that cannot be suspended", async () => {
    const body = `(func $begin ${SPIN}) (start $begin) (func (export "invoke"))`;
    const world = await worldOf(atom("a", [], body, { attemptsMax: 1 }));
    expect(shownAnswer(await world.ask("a", "x"))).toMatch(/start function used more than 10 ms.*_initialize/);
  });

  test("of a daemon restarts it with backoff", async () => {
    const world = await worldOf(atom("d", [], `(func (export "invoke") ${SPIN})`, { kind: "daemon" }));
    expect(world.session("d").runner.state).toBe("backoff");
    expect(world.session("d").atom.supervisor.restarts).toBe(1);
    await world.advance(60);
    expect(world.session("d").atom.supervisor.restarts).toBe(2);
  });

  test("in a callback counts against the interrupt", async () => {
    const body = `(func (export "radon_callback") (param i32 i32 i32) ${SPIN})
      (func (export "invoke") ${LISTEN} (drop (call $sleep (i64.const -1))))`;
    const world = await worldOf(atom("d", ["on", "sleep"], body, { kind: "daemon", attemptsMax: 1 }));
    await world.interrupt("d", 1);
    expect(world.session("d").atom.deadLetters(0, 10)).toMatchObject([{ reason: expect.stringMatching(/CPU/) }]);
  });

  test("goes on for ever where metering is off, so nothing is promised there", () => {
    const text = plain([], `(func (export "invoke") ${SPIN})`);
    expect(WebAssembly.Module.imports(wat(text, false))).toEqual([]);
    expect(WebAssembly.Module.imports(wat(text)).map(({ name }) => name)).toEqual(["tick", "pause"]);
  });
});

describe("the budget is of a turn", () => {
  test("a blocking point renews it", async () => {
    const lot = `(local.set 0 (i32.const 0)) (loop $l (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br_if $l (i32.lt_u (local.get 0) (i32.const 8000000))))`;
    const parts = `${lot} (drop (call $sleep (i64.const 0)))`;
    const body = `(func (export "invoke") (local i32) ${RECEIVE} ${parts.repeat(8)} ${REPLY})`;
    const world = await worldOf(atom("a", ["receive", "sleep", "reply"], body, { cpuMs: 5 }));
    expect(shownAnswer(await world.ask("a", "ok"))).toBe("ok");
    const whole = `(func (export "invoke") (local i32) ${RECEIVE} ${lot.repeat(8)} ${REPLY})`;
    const other = await worldOf(atom("a", ["receive", "reply"], whole, { cpuMs: 5, attemptsMax: 1 }));
    expect(shownAnswer(await other.ask("a", "ok"))).toMatch(/used more than 5 ms/);
  });
});

describe("time that is no computing is not counted", () => {
  /** Many lots of work, counted in a local. */
  const work = (local = 0) => `(local.set ${local} (i32.const 2000000))
    (loop $l (br_if $l (local.tee ${local} (i32.sub (local.get ${local}) (i32.const 1)))))`;

  test("at rest, between messages", async () => {
    const body = `(func (export "invoke") (local i32) ${work()} ${RECEIVE} ${REPLY})`;
    const world = await worldOf(atom("a", ["receive", "reply"], body, { attemptsMax: 1 }));
    for (let i = 0; i < 3; i += 1) {
      expect(shownAnswer(await world.ask("a", "ok"))).toBe("ok");
      await world.advance(60_000);
    }
  });

  test("while it is blocked, also below a callback", async () => {
    const body = `(func (export "radon_callback") (param i32 i32 i32) (local i32)
        (drop (call $sleep (i64.const 60000))) ${work(3)})
      (func (export "invoke") (local i32) ${RECEIVE} ${LISTEN} (drop (call $sleep (i64.const 1000))) ${work()} ${REPLY})`;
    const world = await worldOf(atom("a", ["receive", "reply", "sleep", "on"], body, { attemptsMax: 1 }));
    const { answer } = await world.asking("a", "ok", 600_000);
    await world.interrupt("a", 1);
    expect(shownAnswer(answerOf(await world.until(answer)))).toBe("ok");
    expect(world.session("a").atom.supervisor.restarts).toBe(0);
  });
});

describe("while an atom computes", () => {
  const busy = (changes: Partial<AtomSpec> = {}) =>
    atom("busy", ["receive", "put", "log"], `(func (export "invoke") ${INVOKED} ${RECEIVE} ${put(0)} ${SPIN})`, {
      cpuMs: SHORT_MS,
      attemptsMax: 1,
      ...changes,
    });
  const echo = atom("echo", ["receive", "reply"], `(func (export "invoke") ${RECEIVE} ${REPLY})`);

  /** A world in which the atom computes already. */
  async function computing(...specs: AtomSpec[]): Promise<World> {
    const world = timedByWork(new World(specs));
    world.session("busy").start();
    void world.session("busy").submit(() => ({ kind: "message", payload: new Uint8Array(2) }));
    await turns(3);
    expect(world.session("busy").runner.state).toBe("running");
    return world;
  }

  test("others answer", async () => {
    const world = await computing(busy(), echo);
    expect(shownAnswer(answerOf(await asking(world, "echo")))).toBe("ok");
    expect(world.session("busy").atom.supervisor.restarts).toBe(0);
    await world.settle();
    expect(world.session("busy").atom.supervisor.restarts).toBe(1);
  });

  test("what comes for it is accepted and made durable", async () => {
    const world = await computing(busy());
    const second = await world.session("busy").submit(() => ({ kind: "message", payload: new Uint8Array(1) }));
    expect(second).toEqual({ kind: "accepted" });
    expect(world.session("busy").atom.supervisor.restarts).toBe(0);
    await world.settle();
  });

  test("nothing of its turn is committed, whatever else is", async () => {
    const world = await computing(busy({ kind: "daemon" }));
    await world.session("busy").submit(() => ({ kind: "message", payload: new Uint8Array(1) }));
    const { atom: state } = world.session("busy");
    expect([state.turn.kv.size, state.turn.consumed.length]).toEqual([1, 1]);
    expect([state.counters.turns, state.counters.consumed]).toEqual([0, 0]);
    await world.settle();
    expect(world.kv("busy")).toEqual({});
  });

  test("a restart ends it, though it comes to no blocking point, and blames nobody", async () => {
    const world = await computing(busy({ cpuMs: 3_000 }));
    const { atom: state } = world.session("busy");
    world.session("busy").restart();
    while (world.logs("busy").length < 2) await turns(1);
    expect(world.logs("busy")).toEqual(["info: invoke..", "info: invoke.."]);
    expect([state.supervisor.restarts, state.deadLetterCount, state.counters.consumed]).toEqual([0, 0, 0]);
  }, 30_000);
});

describe("interrupts in a computation", () => {
  const imports = [
    ...(["receive", "put", "on", "mask", "preempt", "sleep", "reply"] as const),
    ...(["sched_yield", "poll_oneoff"] as const),
  ];
  const listener = (callback: string, body: string, changes: Partial<AtomSpec> = {}) =>
    atom(
      "a",
      imports,
      `(func (export "radon_callback") (param i32 i32 i32) ${callback})
      (func (export "invoke") ${RECEIVE} ${LISTEN} ${body})`,
      { cpuMs: SHORT_MS, attemptsMax: 1, ...changes },
    );

  /** The answer to a request, and an interrupt that came while the atom computed. */
  async function interrupted(spec: AtomSpec, signal = 1): Promise<{ world: World; answer: string }> {
    const world = timedByWork(new World([spec]));
    const asked = asking(world, "a");
    await turns(3);
    await world.session("a").submit(() => ({ kind: "interrupt", signal, payload: new Uint8Array(0) }));
    return { world, answer: shownAnswer(answerOf(await world.until(asked))) };
  }

  test("wait for its blocking point, unless the guest allows them anywhere", async () => {
    const quiet = listener(STOP_SPINNING, `${SPIN_UNTIL} ${REPLY}`);
    expect((await interrupted(quiet)).answer).toMatch(/used more than/);
    const open = listener(STOP_SPINNING, `${PREEMPT} ${SPIN_UNTIL} ${REPLY}`);
    expect((await interrupted(open)).answer).toBe("ok");
  });

  test("wait while they are masked", async () => {
    const masked = listener(STOP_SPINNING, `${PREEMPT} (drop (call $mask)) ${SPIN_UNTIL} ${REPLY}`);
    expect((await interrupted(masked)).answer).toMatch(/used more than/);
  });

  test("their effects are of the turn that they interrupt: both are committed together", async () => {
    const { world, answer } = await interrupted(
      listener(`${put(8)} ${STOP_SPINNING}`, `${put(1)} ${PREEMPT} ${SPIN_UNTIL} ${REPLY}`),
    );
    expect([answer, world.session("a").atom.counters.turns]).toEqual(["ok", 1]);
    expect(world.kv("a")).toEqual({ i: "i", n: "i" });
    expect(world.session("a").atom.mailbox.empty).toBe(true);
  });

  test("or none is, and the interrupt waits for the next instance", async () => {
    const { world } = await interrupted(
      listener(`${put(8)} ${STOP_SPINNING}`, `${put(1)} ${PREEMPT} ${SPIN_UNTIL} unreachable`),
    );
    expect(world.kv("a")).toEqual({});
    expect(world.session("a").atom.mailbox.hasInterrupt).toBe(true);
  });

  test("a callback there cannot block, for that would commit half a turn", async () => {
    const sleep = `(if (i32.ne (call $sleep (i64.const 0)) (i32.const -10)) (then unreachable))`;
    const { world, answer } = await interrupted(
      listener(`${put(8)} ${sleep} ${STOP_SPINNING}`, `${PREEMPT} ${SPIN_UNTIL} ${REPLY}`),
    );
    expect([answer, world.session("a").atom.counters.turns]).toEqual(["ok", 1]);
  });

  test("nor by WASI's blocking functions, which answer ENOTSUP", async () => {
    const isRefused = (call: string) => `(if (i32.ne ${call} (i32.const 58)) (then unreachable))`;
    // Zeros are a subscription to the realtime clock, in no time.
    const poll = `(call $poll_oneoff (i32.const 4096) (i32.const 8192) (i32.const 1) (i32.const 8000))`;
    const calls = isRefused("(call $sched_yield)") + isRefused(poll);
    const { answer } = await interrupted(listener(`${calls} ${STOP_SPINNING}`, `${PREEMPT} ${SPIN_UNTIL} ${REPLY}`));
    expect(answer).toBe("ok");
  });

  test("one that nobody listens to is dropped with the turn, not by itself", async () => {
    const { world, answer } = await interrupted(listener("", `${PREEMPT} ${SPIN}`), 2);
    expect(answer).toMatch(/used more than/);
    // It came again when the turn was lost, and went by itself then: it counts once.
    await world.advance(1_000);
    expect(world.session("a").atom.counters).toMatchObject({ droppedInterrupts: 1, consumed: 1 });
  });

  test("a trap in a callback there is the interrupt's, and drops the turn", async () => {
    const { world } = await interrupted(listener(`${put(8)} unreachable`, `${put(1)} ${PREEMPT} ${SPIN_UNTIL}`));
    expect(world.kv("a")).toEqual({});
    // The interrupt went first. Then nothing came to end the computation any more, so its message went as well.
    const reasons = world
      .session("a")
      .atom.deadLetters(0, 10)
      .map(({ reason }) => reason);
    expect(reasons).toEqual([expect.stringContaining("unreachable"), expect.stringContaining("used more than")]);
  });

  test("a computation with callbacks keeps to its budget, which they share", async () => {
    const { answer } = await interrupted(listener(SPIN, `${PREEMPT} ${SPIN}`));
    expect(answer).toMatch(/REMOTE/);
  });
});

describe("memory", () => {
  /** Grows by as many pages as the message has bytes of "x", and answers the old size or traps. */
  const grower = (limit: number, then: string) =>
    atom(
      "a",
      ["receive", "reply"],
      `(func (export "invoke") ${RECEIVE}
      (if (i32.eq (memory.grow (i32.const 20)) (i32.const -1)) (then ${then} (return))) ${REPLY})`,
      { memoryMb: limit, attemptsMax: 1 },
    );

  test("grows up to the atom's limit; beyond it memory.grow answers -1", async () => {
    const full = `(i32.store16 (i32.const 64) (i32.const 0x6f6e)) ${REPLY}`;
    const world = await worldOf(grower(3, full));
    expect([shownAnswer(await world.ask("a", "ok")), shownAnswer(await world.ask("a", "ok"))]).toEqual(["ok", "ok"]);
    expect(shownAnswer(await world.ask("a", "ok"))).toBe("no");
  });

  test("atoms of one module have limits of their own", async () => {
    const full = `(i32.store16 (i32.const 64) (i32.const 0x6f6e)) ${REPLY}`;
    const small = grower(1, full);
    const world = await worldOf({ ...small, name: "small" }, { ...small, name: "large", memoryMb: 2 });
    expect(shownAnswer(await world.ask("small", "ok"))).toBe("no");
    expect(shownAnswer(await world.ask("large", "ok"))).toBe("ok");
  });

  test("a trap after that tells of the limit", async () => {
    const world = await worldOf(grower(1, "unreachable"));
    expect(shownAnswer(await world.ask("a", "ok"))).toMatch(
      /^REMOTE: RuntimeError: unreachable \(It asked for more memory: its memory is limited to 1 MiB, memory_mb\.\)\n {2}at /,
    );
  });

  test("is limited without metering, too", async () => {
    const text = plain(
      ["receive", "reply"],
      `(func (export "invoke") ${RECEIVE} (drop (memory.grow (i32.const 20))) unreachable)`,
    );
    const world = await worldOf({ name: "a", module: wat(text, false), memoryMb: 1, attemptsMax: 1 });
    expect(shownAnswer(await world.ask("a", "x"))).toContain("limited to 1 MiB");
  });
});
