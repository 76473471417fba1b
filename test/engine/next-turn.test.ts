/** How an object waits for turns of the event loop, and for others to go first (durable/next-turn.ts, durable/giving-way.ts). */
import { expect, test } from "vitest";
import type { Clock } from "../../durable/clock.ts";
import { GivingWay } from "../../durable/giving-way.ts";
import { ASK_AFTER_MS, LoopTurns } from "../../durable/loop-turns.ts";
import { NextTurn } from "../../durable/next-turn.ts";

/** An object whose event loop turns, or fails to, when the test says so. */
class OneObject {
  readonly turns = new LoopTurns();
  readonly timers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  readonly nextTurn: NextTurn;
  readonly givingWay: GivingWay;
  nowMs = 1_000;

  constructor() {
    const clock: Clock = {
      now: () => this.nowMs,
      monotonic: () => this.nowMs,
      after: () => () => undefined,
      breathe: () => new Promise<void>((resolve, reject) => this.timers.push({ resolve, reject })),
    };
    this.nextTurn = new NextTurn(clock, this.turns);
    this.givingWay = new GivingWay(this.nextTurn);
  }

  /** Those of the waits that are over. */
  async over(...waits: readonly Promise<void>[]): Promise<boolean[]> {
    const over = waits.map(() => false);
    for (const [at, wait] of waits.entries()) void wait.then(() => (over[at] = true));
    await new Promise((resolve) => setImmediate(resolve));
    return over;
  }
}

test("one timer serves all who wait for a turn, and the next wait has another", async () => {
  const object = new OneObject();
  const waits = [object.nextTurn.come(), object.nextTurn.come()];
  expect(object.timers).toHaveLength(1);
  expect(await object.over(...waits)).toEqual([false, false]);
  object.timers[0]?.resolve();
  expect(await object.over(...waits)).toEqual([true, true]);
  void object.nextTurn.come();
  expect(object.timers).toHaveLength(2);
});

test("a turn that one object waited for is told to those of its isolate", async () => {
  const object = new OneObject();
  const turned = object.nextTurn.come();
  object.nowMs += 10 * ASK_AFTER_MS;
  object.timers[0]?.resolve();
  await turned;
  expect(object.turns.step(object.nowMs)).toBe("nothing");
  expect(object.turns.step(object.nowMs + ASK_AFTER_MS)).toBe("ask");
});

test("a timer that fails is not waited for again", async () => {
  const object = new OneObject();
  const failing = object.nextTurn.come();
  object.timers[0]?.reject(new Error("The object ends."));
  await expect(failing).rejects.toThrow("The object ends.");
  const turned = object.nextTurn.come();
  object.timers[1]?.resolve();
  await turned;
});

test("who gives way goes on at the next event, or with the turn, and shares its timer", async () => {
  const object = new OneObject();
  const first = object.givingWay.give();
  expect(await object.over(first)).toEqual([false]);
  object.givingWay.goOn();
  expect(await object.over(first)).toEqual([true]);
  const [second, third] = [object.givingWay.give(), object.givingWay.give()];
  expect(await object.over(second, third)).toEqual([false, false]);
  expect(object.timers).toHaveLength(1);
  object.timers[0]?.resolve();
  expect(await object.over(second, third)).toEqual([true, true]);
});
