/** Objects that share a thread let its event loop turn (durable/loop-watch.ts). */
import { expect, test } from "vitest";
import type { Clock } from "../../durable/clock.ts";
import {
  ASK_AFTER_MS,
  ASK_AFTER_STEPS,
  LoopTurns,
  PATIENCE_MS,
  PATIENCE_MS_MIN,
  PATIENCE_STEPS,
} from "../../durable/loop-turns.ts";
import { LoopWatch } from "../../durable/loop-watch.ts";
import { NextTurn } from "../../durable/next-turn.ts";

/** A thread whose event loop turns when the test says so. */
class Thread {
  nowMs = 1_000;
  readonly #turns = new LoopTurns();
  #waiting: (() => void)[] = [];

  /** An atom that waits for a time; returns the function that wakes it. */
  sleeper(ms: number): () => void {
    const sleeper = { dueAtMs: this.nowMs + ms };
    this.#turns.sleeps(sleeper);
    return () => this.#turns.wakes(sleeper);
  }

  /** An object of this thread; `told` counts how often it was told that it may go on. */
  object(): { watch: LoopWatch; told: number } {
    const clock = this.#clock();
    const object = {
      told: 0,
      watch: new LoopWatch(
        clock,
        this.#turns,
        new NextTurn(clock, this.#turns),
        () => undefined,
        () => (object.told += 1),
      ),
    };
    return object;
  }

  #clock(): Clock {
    return {
      now: () => this.nowMs,
      monotonic: () => this.nowMs,
      after: () => () => undefined,
      breathe: () => new Promise<void>((resolve) => this.#waiting.push(resolve)),
    };
  }

  get asked(): number {
    return this.#waiting.length;
  }

  /** The object that asked for it is gone before the turn comes. */
  forgetAsked(): void {
    this.#waiting = [];
  }

  async turn(): Promise<void> {
    for (const resolve of this.#waiting.splice(0)) resolve();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** How many steps of `ms` each the object does before it has to wait. */
function stepsBeforeWait(thread: Thread, watch: LoopWatch, ms: number): number {
  let steps = 0;
  for (; !watch.mustWait(); steps++) thread.nowMs += ms;
  return steps;
}

test("1: the first that leaves after an idle spell does not wait", async () => {
  const thread = new Thread();
  const { watch } = thread.object();
  expect(watch.mustWait()).toBe(false);
  await thread.turn();
  thread.nowMs += 60_000;
  expect(watch.mustWait()).toBe(false);
});

test.each([1, 3, 5, 7, 9, 100])(
  "1: traffic of one in %i ms never waits, and no turn that nobody waits for is told",
  async (everyMs) => {
    const thread = new Thread();
    const object = thread.object();
    for (let i = 0; i < 2_000; i++) {
      expect(object.watch.mustWait()).toBe(false);
      thread.nowMs += everyMs / 2;
      await thread.turn();
      thread.nowMs += everyMs / 2;
    }
    expect(object.told).toBe(0);
  },
);

test("1: a busy object whose event loop turns by itself never waits", async () => {
  const thread = new Thread();
  const { watch } = thread.object();
  for (let i = 0; i < 2_000; i++) {
    expect(watch.mustWait()).toBe(false);
    thread.nowMs += 0.1;
    if (i % 20 === 19) await thread.turn();
  }
});

test("2: an object that keeps the thread busy waits soon, and goes on after the turn", async () => {
  const thread = new Thread();
  const object = thread.object();
  for (let round = 1; round <= 3; round++) {
    const startMs = thread.nowMs;
    stepsBeforeWait(thread, object.watch, 0.1);
    expect(thread.nowMs - startMs).toBeLessThan(ASK_AFTER_MS + PATIENCE_MS + 0.3);
    expect(object.watch.mustWait()).toBe(true);
    await thread.turn();
    expect(object.told).toBe(round);
  }
});

test.each([2, 6, 10])("1: an object waits sooner where an atom waits for a time that comes in %i ms", async (ms) => {
  const thread = new Thread();
  const { watch } = thread.object();
  for (let round = 1; round <= 3; round++) {
    const startMs = thread.nowMs;
    const wake = thread.sleeper(ms);
    thread.sleeper(60_000);
    stepsBeforeWait(thread, watch, 0.1);
    expect(thread.nowMs - startMs).toBeGreaterThanOrEqual(Math.max(ms, PATIENCE_MS_MIN));
    expect(thread.nowMs - startMs).toBeLessThan(Math.max(ms, ASK_AFTER_MS + PATIENCE_MS_MIN) + 0.3);
    wake();
    await thread.turn();
  }
});

test("1: nor does one whose object is gone, but for a while", async () => {
  const thread = new Thread();
  const { watch } = thread.object();
  thread.sleeper(5);
  thread.nowMs += 60_000;
  const startMs = thread.nowMs;
  stepsBeforeWait(thread, watch, 0.1);
  expect(thread.nowMs - startMs).toBeGreaterThan(PATIENCE_MS);
});

test("1: an atom that was awake before its time makes nobody wait", async () => {
  const thread = new Thread();
  const { watch } = thread.object();
  thread.sleeper(5)();
  const startMs = thread.nowMs;
  stepsBeforeWait(thread, watch, 0.1);
  expect(thread.nowMs - startMs).toBeGreaterThan(PATIENCE_MS);
});

test("2: so do fifty pairs that share it, though each is rarely at work", () => {
  const thread = new Thread();
  const busy = new Set(Array.from({ length: 100 }, () => thread.object()));
  const startMs = thread.nowMs;
  while (busy.size > 0) {
    for (const object of busy) {
      thread.nowMs += 0.05;
      if (object.watch.mustWait()) busy.delete(object);
    }
  }
  expect(thread.nowMs - startMs).toBeLessThan(20);
  expect(thread.asked).toBe(100);
});

test("3: on a clock that stands still the steps count", async () => {
  const thread = new Thread();
  const object = thread.object();
  stepsBeforeWait(thread, object.watch, 0);
  await thread.turn();
  expect(stepsBeforeWait(thread, object.watch, 0)).toBe(ASK_AFTER_STEPS + PATIENCE_STEPS - 1);
  await thread.turn();
  expect(object.told).toBe(2);
});

test("4: a hundred objects of which each sends now and then ask for one turn", async () => {
  const thread = new Thread();
  const objects = Array.from({ length: 100 }, () => thread.object());
  for (const { watch } of objects) expect(watch.mustWait()).toBe(false);
  expect(thread.asked).toBe(1);
  await thread.turn();
  expect(objects.map(({ told }) => told)).toEqual(objects.map(() => 0));
});

test("4: who waits for a turn that an object asked for which is gone gets it", async () => {
  const thread = new Thread();
  const [gone, other] = [thread.object(), thread.object()];
  gone.watch.mustWait();
  thread.forgetAsked();
  stepsBeforeWait(thread, other.watch, 0.1);
  await thread.turn();
  expect(other.told).toBe(1);
  expect(other.watch.mustWait()).toBe(false);
});
