/** Instances at rest, and their bound: the invariants are those of `engine/resting-instances.ts` and `engine/runner.ts`. */
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { INSTANCE_BYTES, RestingInstances, type Resting } from "../../durable/engine/resting-instances.ts";
import { shownAnswer, World, type AtomSpec } from "./engine-harness.ts";
import { wat } from "./wat.ts";

const PAGE_BYTES = 65_536;
const PAGES = 16;
const EACH_BYTES = PAGES * PAGE_BYTES + INSTANCE_BYTES;

describe("the register of an isolate", () => {
  function crowd(bytesMax: number) {
    const register = new RestingInstances(bytesMax);
    const givenUp: string[] = [];
    const loops = new Map<string, Resting>();
    const ticketOf = new Map<string, WeakRef<Resting>>();
    for (const name of ["a", "b", "c"]) {
      const loop = { giveUp: () => void givenUp.push(name) };
      loops.set(name, loop);
      ticketOf.set(name, new WeakRef(loop));
    }
    const ticket = (name: string) => ticketOf.get(name) as WeakRef<Resting>;
    return {
      register,
      givenUp,
      loops,
      rest: (name: string, bytes = 0) => register.rest(ticket(name), bytes),
      leave: (name: string) => register.leave(ticket(name)),
    };
  }

  test("1: past the bound the one that rested longest goes first", () => {
    const { register, givenUp, rest } = crowd(2 * INSTANCE_BYTES + 10);
    rest("a", 4);
    rest("b", 6);
    expect(givenUp).toEqual([]);
    rest("a", 4);
    rest("c", 1);
    expect(givenUp).toEqual(["b"]);
    expect([register.count, register.bytes]).toEqual([2, 2 * INSTANCE_BYTES + 5]);
  });

  test("1: one that is larger than the bound by itself goes at once, with all others", () => {
    const { register, givenUp, rest } = crowd(2 * INSTANCE_BYTES);
    rest("a");
    rest("b", 2 * INSTANCE_BYTES);
    expect(givenUp).toEqual(["a", "b"]);
    expect([register.count, register.bytes]).toEqual([0, 0]);
  });

  test("4: one whose object is forgotten is counted no longer, and nobody is given up for it", async () => {
    const { register, givenUp, loops, rest } = crowd(2 * INSTANCE_BYTES);
    for (const name of ["a", "b"]) rest(name);
    loops.delete("b");
    await collectGarbage();
    rest("c");
    expect(givenUp).toEqual([]);
    loops.delete("a");
    await collectGarbage();
    expect([register.count, register.bytes]).toEqual([1, INSTANCE_BYTES]);
  });

  test("2: one that runs is not counted", () => {
    const { register, givenUp, rest, leave } = crowd(INSTANCE_BYTES);
    rest("a");
    leave("a");
    leave("a");
    rest("b");
    expect(givenUp).toEqual([]);
    expect(register.bytes).toBe(INSTANCE_BYTES);
  });
});

/** What a weak reference was asked for stays to the end of the job, so the collection comes in one of its own. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  await setImmediate();
  (runInNewContext("gc") as () => void)();
}

/** Counts the messages of its instance in its memory, those of the atom in its store, and answers with both as digits. */
const COUNTING = `
  (import "radon:messaging" "receive" (func $receive (param i64 i32 i32) (result i32)))
  (import "radon:messaging" "reply" (func $reply (param i32 i32) (result i32)))
  (import "radon:kv" "get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "radon:kv" "put" (func $put (param i32 i32 i32 i32) (result i32)))
  (import "radon:interrupt" "on" (func $on (param i32 i32) (result i32)))
  (import "radon:future" "timer" (func $timer (param i64) (result i64)))
  (memory (export "memory") ${PAGES}) (data (i32.const 0) "k") (data (i32.const 16) "00")
  (func $increase (param $at i32) (i32.store8 (local.get $at) (i32.add (i32.load8_u (local.get $at)) (i32.const 1))))
  (func $note (drop (call $put (i32.const 0) (i32.const 1) (i32.const 17) (i32.const 1))))
  (func $count
    (drop (call $receive (i64.const 0) (i32.const 32) (i32.const 32)))
    (drop (call $get (i32.const 0) (i32.const 1) (i32.const 17) (i32.const 1)))
    (call $increase (i32.const 16)) (call $increase (i32.const 17)) (call $note)
    (drop (call $reply (i32.const 16) (i32.const 2))))`;
const counting = (more = `(func (export "invoke") (call $count))`) => wat(`(module ${COUNTING} ${more})`);
const LISTEN = `(drop (call $on (i32.const 1) (i32.const 7)))`;
/** Its callback counts as well. */
const CALLBACK = `(func (export "radon_callback") (param i32 i32 i32) (call $increase (i32.const 17)) (call $note))`;

/** Atoms in an isolate that has room for `room` of them at rest. */
async function isolate(room: number, module: WebAssembly.Module, more: Partial<AtomSpec> = {}): Promise<World> {
  const specs = ["a", "b", "c"].map((name) => ({ name, module, ...more }));
  const world = new World(specs, room * EACH_BYTES);
  await world.start();
  return world;
}
const ask = async (world: World, name: string) => shownAnswer(await world.ask(name, ""));
const isWarm = (world: World, ...names: readonly string[]) => names.map((name) => world.session(name).runner.warm);

describe("a runner's instance", () => {
  test("5: is kept while there is room", async () => {
    const world = await isolate(3, counting());
    for (const name of ["a", "b", "c"]) await ask(world, name);
    expect(isWarm(world, "a", "b", "c")).toEqual([true, true, true]);
    expect(await ask(world, "a")).toBe("22");
    expect(world.resting.bytes).toBe(3 * EACH_BYTES);
    expect(world.session("a").runner.memoryBytes).toBe(PAGES * PAGE_BYTES);
  });

  test("5: is given up past that, the least recently used one, and made anew for the next message: its state is its store", async () => {
    const world = await isolate(2, counting());
    for (const name of ["a", "b", "c", "b"]) await ask(world, name);
    expect(isWarm(world, "a", "b", "c")).toEqual([false, true, true]);
    expect(world.session("a").runner.memoryBytes).toBe(0);
    expect(await ask(world, "a")).toBe("12");
    expect(isWarm(world, "a", "b", "c")).toEqual([true, true, false]);
    const counters = (name: string) => world.session(name).runner.counters;
    expect([counters("a"), counters("b"), counters("c")]).toEqual([
      { instances: 2, instancesGivenUp: 1 },
      { instances: 1, instancesGivenUp: 0 },
      { instances: 1, instancesGivenUp: 1 },
    ]);
  });

  test("5: atoms that want more memory than there is room for answer all the same", async () => {
    const world = await isolate(0, counting());
    const answers = [];
    for (const name of ["a", "b", "a", "c", "a"]) answers.push(await ask(world, name));
    expect(answers).toEqual(["11", "11", "12", "11", "13"]);
    expect(isWarm(world, "a", "b", "c")).toEqual([false, false, false]);
    expect([world.resting.count, world.resting.bytes]).toEqual([0, 0]);
  });

  test("5: stays while it has a future", async () => {
    const timer = `(func (export "invoke") (call $count) (drop (call $timer (i64.const 50))))`;
    const world = await isolate(0, counting(timer));
    await ask(world, "a");
    await world.advance(1_000);
    expect(isWarm(world, "a")).toEqual([true]);
  });

  test("5: stays if it listens to an interrupt that a new one would not listen to", async () => {
    const listening = `${CALLBACK} (func (export "invoke") (call $count) ${LISTEN})`;
    const world = await isolate(0, counting(listening));
    await ask(world, "a");
    await world.interrupt("a", 1);
    expect(world.kv("a")).toEqual({ k: "2" });
    expect(isWarm(world, "a")).toEqual([true]);
  });

  test("5: what it listens to from its initialization on, the next one does, too: no interrupt is lost", async () => {
    const listening = `${CALLBACK} (func (export "_initialize") ${LISTEN}) (func (export "invoke") (call $count))`;
    const world = await isolate(0, counting(listening));
    await ask(world, "a");
    expect(isWarm(world, "a")).toEqual([false]);
    await world.interrupt("a", 1);
    expect(world.kv("a")).toEqual({ k: "1" });
    expect(world.session("a").atom.counters.droppedInterrupts).toBe(0);
  });

  test("5: the next one starts with no registration of the one that was given up", async () => {
    const once = `(if (i32.lt_s (call $get (i32.const 0) (i32.const 1) (i32.const 17) (i32.const 1)) (i32.const 0))
      (then ${LISTEN}))`;
    const listening = `${CALLBACK} (func (export "_initialize") ${once}) (func (export "invoke") (call $count))`;
    const world = await isolate(0, counting(listening));
    await ask(world, "a");
    await world.interrupt("a", 1);
    expect(world.kv("a")).toEqual({ k: "1" });
    expect(world.session("a").atom.counters.droppedInterrupts).toBe(1);
  });

  test("2: a daemon's is neither counted nor given up", async () => {
    const loop = `(func (export "invoke") (loop $again
      (drop (call $receive (i64.const -1) (i32.const 32) (i32.const 32))) (call $increase (i32.const 16))
      (drop (call $reply (i32.const 16) (i32.const 1))) (br $again)))`;
    const world = await isolate(0, counting(loop), { kind: "daemon" });
    expect([await ask(world, "a"), await ask(world, "b"), await ask(world, "a")]).toEqual(["1", "1", "2"]);
    expect(isWarm(world, "a", "b")).toEqual([true, true]);
    expect(world.resting.count).toBe(0);
  });

  test("a restart takes an instance at rest out of the count", async () => {
    const world = await isolate(3, counting());
    await ask(world, "a");
    world.session("a").restart();
    expect([world.resting.count, world.resting.bytes]).toEqual([0, 0]);
    expect(await ask(world, "a")).toBe("12");
  });
});
