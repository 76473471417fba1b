/** The loop of an atom lets the event loop turn, however busy its guest is (durable/core/limits.ts, SLICE_*). */
import { expect, test, vi } from "vitest";
import { SLICE_INSTANCES_MAX, SLICE_TURNS_MAX } from "../../durable/core/limits.ts";
import { plain, RECEIVE } from "../conformance/plain-atoms.ts";
import { World } from "./engine-harness.ts";
import { wat } from "./wat.ts";

/** Goes from blocking point to blocking point without ever waiting, until signal 1. */
const BUSY = `(global $stop (mut i32) (i32.const 0))
  (func (export "radon_callback") (param i32 i32 i32) (global.set $stop (i32.const 1)))
  (func (export "invoke")
    (drop (call $on (i32.const 1) (i32.const 1)))
    (loop $again
      (drop (call $sleep (i64.const 0)))
      (br_if $again (i32.eqz (global.get $stop)))))`;

/** The world of a busy daemon never comes to rest, so nothing here waits for that. */
async function busyWorld(): Promise<World> {
  const world = new World([{ name: "a", kind: "daemon", module: wat(plain(["sleep", "on"], BUSY)) }]);
  world.session("a").start();
  await new Promise((resolve) => setImmediate(resolve));
  return world;
}

test("a guest that never waits is interrupted all the same", async () => {
  const world = await busyWorld();
  expect(world.session("a").runner.state).toBe("running");
  await world.interrupt("a", 1);
  expect(world.session("a").runner.state).toBe("ended");
});

test("what arrives meanwhile is made durable and accepted", async () => {
  const world = await busyWorld();
  const { atom } = world.session("a");
  const before = atom.counters.commits;
  const submitted = world.session("a").submit(() => ({ kind: "message", payload: new Uint8Array(1) }));
  expect(await submitted).toEqual({ kind: "accepted" });
  expect(atom.counters.commits).toBeGreaterThan(before);
  await world.interrupt("a", 1);
});

/** Each message is two turns of a reactive atom; its instance counts as well, and starts with two turns. */
const MESSAGES_A_SLICE = (SLICE_TURNS_MAX - SLICE_TURNS_MAX / SLICE_INSTANCES_MAX - 2) / 2;

/** Submits `count` messages at once; how often the event loop turned until they were handled. */
async function turnsOver(count: number, body: string): Promise<number> {
  const world = new World([{ name: "a", module: wat(plain(["receive"], body)) }]);
  const breathe = vi.spyOn(world.clock, "breathe");
  for (let i = 0; i < count; i++)
    void world.session("a").submit(() => ({ kind: "message", payload: new Uint8Array(1) }));
  await world.settle();
  expect(world.session("a").atom.counters).toMatchObject({ consumed: count });
  return breathe.mock.calls.length;
}

test("a reactive atom with a backlog commits and lets the event loop turn between its messages", async () => {
  const body = `(func (export "invoke") ${RECEIVE})`;
  expect(await turnsOver(MESSAGES_A_SLICE + 1, body)).toBe(1);
  // Nobody waits for the turn after the last one.
  expect(await turnsOver(MESSAGES_A_SLICE, body)).toBe(0);
});

test("so does one whose instance serves one message", async () => {
  const turns = await turnsOver(10 * SLICE_INSTANCES_MAX, `(func (export "_start") ${RECEIVE})`);
  expect(turns).toBeGreaterThanOrEqual(10);
  expect(turns).toBeLessThan(20);
});

test.each(["yield", "sched_yield"] as const)(
  "%s gives way to the next event, and then waits for no turn",
  async (name) => {
    const yielding = plain(["receive", name], `(func (export "invoke") ${RECEIVE} (drop (call $${name})))`);
    const world = new World([{ name: "a", module: wat(yielding) }]);
    const breathe = vi.spyOn(world.clock, "breathe").mockReturnValue(new Promise(() => undefined));
    const submit = () => world.session("a").submit(() => ({ kind: "message", payload: new Uint8Array(1) }));
    const { counters } = world.session("a").atom;
    for (const consumed of [0, 1, 2]) {
      await submit();
      await world.settle();
      expect(counters.consumed).toBe(consumed);
    }
    expect(breathe).toHaveBeenCalledOnce();
  },
);

test("an acknowledgement is such an event: a sender that yields goes on with it", async () => {
  const sending = plain(
    ["receive", "send", "sched_yield"],
    `(data (i32.const 32) "b")
     (func (export "invoke") ${RECEIVE}
       (drop (call $send (i32.const 32) (i32.const 1) (i32.const 0) (i32.const 1)))
       (drop (call $sched_yield)))`,
  );
  const receiving = plain(["receive"], `(func (export "invoke") ${RECEIVE})`);
  const world = new World([
    { name: "a", module: wat(sending) },
    { name: "b", module: wat(receiving) },
  ]);
  vi.spyOn(world.clock, "breathe").mockReturnValue(new Promise(() => undefined));
  void world.session("a").submit(() => ({ kind: "message", payload: new Uint8Array(1) }));
  await world.settle();
  expect(world.session("b").atom.counters.consumed).toBe(1);
  expect(world.session("a").atom.counters.consumed).toBe(1);
});

test("an atom that waits for a time is known to the turns of the event loop until it goes on", async () => {
  const body = `(func (export "invoke") ${RECEIVE.replace("-1", "50")} ${RECEIVE})`;
  const world = new World([{ name: "a", kind: "daemon", module: wat(plain(["receive"], body)) }]);
  const [sleeps, wakes] = [vi.spyOn(world.turns, "sleeps"), vi.spyOn(world.turns, "wakes")];
  await world.start();
  const dueAtMs = world.clock.monotonic() + 50;
  expect(sleeps.mock.calls).toEqual([[{ dueAtMs }]]);
  expect(wakes).not.toHaveBeenCalled();
  await world.advance(60);
  expect(wakes.mock.calls).toEqual([[{ dueAtMs }]]);
  // Who waits for ever is nothing to them.
  expect(sleeps).toHaveBeenCalledOnce();
});
