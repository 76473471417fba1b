/** docs/abi.md, section 2: `migrate`, by which a new version of a module takes over the state of the one before. */
import { describe, expect, test, vi } from "vitest";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import { answerOf, shownAnswer, World } from "../engine/engine-harness.ts";
import { wat } from "../engine/wat.ts";
import { IMPORTS, INITIALIZED, INVOKED, plain, RECEIVE, worldOf } from "./plain-atoms.ts";

const SEND = `(import "radon:messaging" "send" (func $send (param i32 i32 i32 i32) (result i32)))`;
const MIGRATED = `(call $log (i32.const 2) (i32.const 16) (i32.const 8))`;
const WORDS = `(data (i32.const 16) "migrated")`;
/** Puts `init` = `ials`, as the version that migrates does. */
const PUT = `(drop (call $put (i32.const 0) (i32.const 4) (i32.const 4) (i32.const 4)))`;
const INVOKE = `(func (export "invoke") ${INVOKED} ${RECEIVE} (drop (call $reply (i32.const 64) (i32.const 2))))`;
const USED = ["log", "receive", "reply", "put", "sleep", "on"] as const;

const OLD = plain(USED, INVOKE);
const migrating = (body: string, rest = "") =>
  wat(plain(USED, `${WORDS} ${rest} (func (export "migrate") ${body}) ${INVOKE}`));

/** An atom that has handled a message with the version `hash`, and its log since then. */
async function atWork(kind: "reactive" | "daemon" = "reactive", body = INVOKE): Promise<World> {
  const world = await worldOf(plain(USED, body), { kind });
  await world.send("a", "hi");
  return world;
}

describe("§2 migrate", () => {
  test("is not called of a new atom: it has no state of another version", async () => {
    const world = new World([{ name: "a", module: migrating(MIGRATED) }]);
    await world.start();
    await world.send("a", "hi");
    await world.evict("a");
    await world.send("a", "hi");
    expect(world.logs("a")).toEqual(["info: invoke.."]);
  });

  test("is called once when another version takes over: at once, after _initialize and before the messages", async () => {
    const world = await atWork();
    const start = `(func (export "_initialize") ${INITIALIZED})`;
    await world.deploy("a", migrating(MIGRATED, start), "new");
    expect(world.logs("a")).toEqual(["info: initials", "info: migrated"]);
    await world.send("a", "hi");
    expect(world.logs("a").slice(2)).toEqual(["info: invoke.."]);
    await world.evict("a");
    await world.send("a", "hi");
    expect(world.logs("a")).toEqual(["info: initials", "info: invoke.."]);
  });

  test("is called for each version that comes, an earlier one that comes back included", async () => {
    const world = await atWork();
    for (const version of ["second", "third", "second"]) {
      await world.deploy("a", migrating(MIGRATED), version);
      expect(world.logs("a")).toEqual(["info: migrated"]);
    }
  });

  test("leaves the state to the version before where it traps: that one comes back without migrating", async () => {
    const world = await atWork();
    await world.deploy("a", migrating(MIGRATED), "good");
    await world.deploy("a", migrating(`${PUT} unreachable`), "bad");
    expect(world.session("a").runner.state).toBe("backoff");
    await world.deploy("a", migrating(MIGRATED), "good");
    expect(world.logs("a")).toEqual([]);
    await world.send("a", "hi");
    expect(world.logs("a")).toEqual(["info: invoke.."]);
  });

  test("a version without it takes over, too", async () => {
    const world = await atWork();
    await world.deploy("a", wat(OLD), "second");
    await world.deploy("a", migrating(MIGRATED), "second");
    expect(world.logs("a")).toEqual([]);
  });

  test("its effects and the note of the version are in one commit", async () => {
    const world = await atWork();
    const commit = vi.spyOn(MemoryStore.prototype, "commit");
    await world.deploy("a", migrating(PUT), "new");
    const changes = commit.mock.calls
      .map(([changed]) => changed)
      .find((each) => each.some(({ kind }) => kind === "kv"));
    expect(changes).toContainEqual({ kind: "state", name: "version", value: "new" });
    commit.mockRestore();
  });

  test("of a daemon it comes before invoke", async () => {
    const loop = `(func (export "invoke") ${INVOKED} (loop $again ${RECEIVE} (br $again)))`;
    const world = await atWork("daemon", loop);
    const body = `${WORDS} (func (export "migrate") ${MIGRATED}) ${loop}`;
    await world.deploy("a", wat(plain(USED, body)), "new");
    expect(world.logs("a")).toEqual(["info: migrated", "info: invoke.."]);
  });

  test("messages that waited in the mailbox are handled by the new version, after it", async () => {
    const world = await atWork("reactive", `(func (export "invoke") unreachable)`);
    await world.send("a", "waits");
    await world.deploy("a", migrating(MIGRATED), "new");
    expect(world.logs("a")).toEqual(["info: migrated", "info: invoke..", "info: invoke.."]);
    expect(world.session("a").atom.mailbox.count).toBe(0);
  });

  test("what it sends leaves with its turn", async () => {
    const sending = `(module ${SEND} (memory (export "memory") 1) (data (i32.const 0) "bhello")
      (func (export "migrate") (drop (call $send (i32.const 0) (i32.const 1) (i32.const 1) (i32.const 5))))
      (func (export "invoke")))`;
    const world = new World(["a", "b"].map((name) => ({ name, module: wat(OLD) })));
    await world.send("a", "hi");
    await world.deploy("a", wat(sending), "new");
    expect(world.session("b").atom.counters).toMatchObject({ received: 1, consumed: 1 });
  });

  test("is one turn: nothing blocks in it", async () => {
    const world = await atWork();
    const blocking = `(if (i32.eq (call $sleep (i64.const 5)) (i32.const -10)) (then ${MIGRATED}))
      (if (i32.eq (call $receive (i64.const -1) (i32.const 64) (i32.const 64)) (i32.const -10)) (then ${MIGRATED}))`;
    await world.deploy("a", migrating(blocking), "new");
    expect(world.logs("a")).toEqual(["info: migrated", "info: migrated"]);
    await world.send("a", "hi");
    expect(world.logs("a").at(-1)).toBe("info: invoke..");
  });

  test("of a command it is not called", async () => {
    const world = await worldOf(plain(["log"], `(func (export "_start"))`));
    await world.send("a", "hi");
    const command = plain(["log"], `${WORDS} (func (export "migrate") ${MIGRATED}) (func (export "_start"))`);
    await world.deploy("a", wat(command), "new");
    await world.send("a", "hi");
    expect(world.logs("a")).toEqual([]);
  });
});

describe("§2 before migrate", () => {
  const blockingStart = `(func (export "_initialize")
    (drop (call $on (i32.const 1) (i32.const 1)))
    (drop (call $sleep (i64.const 100))) ${INITIALIZED})
    (func (export "radon_callback") (param i32 i32 i32) ${INVOKED})`;

  test("no callback runs, though _initialize may block", async () => {
    const world = await atWork();
    await world.deploy("a", migrating(MIGRATED, blockingStart), "new");
    await world.interrupt("a", 1);
    await world.advance(100);
    expect(world.logs("a")).toEqual(["info: initials", "info: migrated", "info: invoke.."]);
  });

  test("no message is received: _initialize is told that it cannot", async () => {
    const world = await atWork();
    const start = `(func (export "_initialize")
      (if (i32.eq (call $receive (i64.const -1) (i32.const 64) (i32.const 64)) (i32.const -10)) (then ${INITIALIZED})))`;
    await world.deploy("a", migrating(MIGRATED, start), "new");
    await world.send("a", "hi");
    expect(world.logs("a")).toEqual(["info: initials", "info: migrated", "info: invoke.."]);
  });
});

describe("§2 a trap in migrate", () => {
  const FAILING = `${PUT} unreachable`;

  test("leaves the state as it was, and says so; it is tried again with a backoff that grows", async () => {
    const world = await atWork();
    await world.deploy("a", migrating(FAILING), "new");
    expect(world.kv("a")).toEqual({});
    const { runner, atom } = world.session("a");
    expect([runner.state, atom.version]).toEqual(["backoff", "hash"]);
    expect(runner.reason).toMatch(/^Migration failed: it is tried again in 50 ms, and messages wait .*unreachable/);
    expect(world.logs("a")[0]).toMatch(/^error: Trap in migrate: RuntimeError: unreachable/);
    await world.advance(50 + 100);
    expect(atom.supervisor.restarts).toBe(3);
    expect(runner.reason).toContain("200 ms");
  });

  test("costs no message: they wait, however long, and whoever asks is told after its time", async () => {
    const world = await atWork();
    await world.deploy("a", migrating(FAILING), "new");
    await world.send("a", "1");
    expect(shownAnswer(await world.ask("a", "2", 60_000))).toMatch(/^TIMEOUT: .* Migration failed: /);
    const { mailbox, deadLetterCount } = world.session("a").atom;
    expect([mailbox.count, deadLetterCount]).toEqual([2, 0]);
  });

  test("the version before takes over again as if nothing had been, without a migration of its own", async () => {
    const before = migrating(MIGRATED);
    const world = new World([{ name: "a", module: before }]);
    await world.send("a", "hi");
    await world.deploy("a", migrating(FAILING), "new");
    await world.send("a", "waits");
    await world.deploy("a", before, "hash");
    expect(world.logs("a")).toEqual(["info: invoke.."]);
    expect(world.session("a").atom.mailbox.count).toBe(0);
  });

  test("a version that mends it migrates what the failed one left untouched", async () => {
    const world = await atWork();
    await world.deploy("a", migrating(FAILING), "bad");
    await world.deploy("a", migrating(PUT), "good");
    expect(world.kv("a")).toEqual({ init: "ials" });
    expect(world.session("a").runner.state).toBe("idle");
  });

  test("an exit counts as one", async () => {
    const exit = `(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;
    const world = await atWork();
    const text = `(module ${exit} ${IMPORTS.log} (memory (export "memory") 1)
      (func (export "migrate") (call $exit (i32.const 0))) (func (export "invoke")))`;
    await world.deploy("a", wat(text), "new");
    expect(world.session("a").runner.reason).toContain("exited in migrate");
  });

  test("a restart asks for it again at once", async () => {
    const world = await atWork();
    await world.deploy("a", migrating(FAILING), "new");
    await world.advance(5_000);
    const { restarts } = world.session("a").atom.supervisor;
    world.session("a").restart();
    await world.settle();
    expect(world.session("a").atom.supervisor.restarts).toBe(restarts + 1);
  });
});

test("§2 the answers of requests that wait for a migrated atom come from its new version", async () => {
  const world = await atWork();
  await world.deploy("a", migrating(PUT), "new");
  const { answer } = await world.asking("a", "ok");
  expect(shownAnswer(answerOf(await answer))).toBe("ok");
});
