import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Deadlines } from "../../durable/core/deadlines.ts";
import { failure } from "../../durable/core/errors.ts";
import { Futures, type FutureSource, type Outcome } from "../../durable/core/futures.ts";
import { FUTURES_MAX } from "../../durable/core/limits.ts";

const done = (byte: number): Outcome => ({ kind: "completed", payload: new Uint8Array([byte]) });
const cancelled: Outcome = { kind: "failed", failure: failure("CANCELLED") };

function create(futures: Futures, source: FutureSource = "request", deadlineMs = Infinity): number {
  const id = futures.create(source, deadlineMs);
  if (typeof id !== "number") throw new Error(id.reason);
  return id;
}

describe("futures", () => {
  test("ids start where no earlier instance was, and are given once", () => {
    const futures = new Futures(100);
    expect([create(futures), create(futures)]).toEqual([100, 101]);
    expect(futures.nextId).toBe(102);
  });

  test("1: a future completes once; what comes later is dropped", () => {
    const futures = new Futures(1);
    const id = create(futures);
    expect(futures.complete(id, done(1))).toBe(true);
    expect(futures.complete(id, done(2))).toBe(false);
    expect(futures.claim(id)).toEqual(done(1));
    expect(futures.complete(id, done(3))).toBe(false);
    expect(futures.complete(99, done(3))).toBe(false);
  });

  test("2: callbacks are handed out in the order of completion, each once", () => {
    const futures = new Futures(1);
    const ids = [create(futures), create(futures), create(futures)];
    for (const id of ids) expect(futures.onComplete(id, id * 10)).toBe(true);
    expect([futures.hasCallback, futures.awaitsCallback]).toEqual([false, true]);
    for (const id of ids.toReversed()) futures.complete(id, done(id));
    expect([futures.hasCallback, futures.awaitsCallback]).toEqual([true, false]);
    expect([1, 2, 3].map(() => futures.takeCallback()?.token)).toEqual([30, 20, 10]);
    expect(futures.takeCallback()).toBeUndefined();
    expect(futures.hasCallback).toBe(false);
  });

  test("2: a callback registered late is due at once; a second registration replaces the token", () => {
    const futures = new Futures(1);
    const id = create(futures);
    futures.complete(id, done(1));
    futures.onComplete(id, 5);
    futures.onComplete(id, 6);
    expect(futures.takeCallback()).toEqual({ token: 6, outcome: done(1) });
    expect(futures.takeCallback()).toBeUndefined();
    expect(futures.onComplete(id, 7)).toBe(false);
  });

  test("3: a claimed future is forgotten, with its callback", () => {
    const futures = new Futures(1);
    const id = create(futures);
    futures.onComplete(id, 5);
    expect(futures.claim(id)).toBeUndefined();
    futures.complete(id, done(1));
    expect(futures.claim(id)).toEqual(done(1));
    expect([futures.hasCallback, futures.takeCallback(), futures.peek(id)]).toEqual([false, undefined, undefined]);
  });

  test("timers complete with nothing, everything else fails with TIMEOUT, in the order of the deadlines", () => {
    const futures = new Futures(1);
    const [timer, request] = [create(futures, "timer", 50), create(futures, "request", 20)];
    for (const id of [timer, request]) futures.onComplete(id, id);
    expect(futures.dueAtMs()).toBe(20);
    futures.tick(19);
    expect(futures.hasCallback).toBe(false);
    futures.tick(100);
    expect(futures.takeCallback()).toMatchObject({ token: request, outcome: { failure: { code: "TIMEOUT" } } });
    expect(futures.takeCallback()).toMatchObject({ token: timer, outcome: { payload: new Uint8Array(0) } });
    expect(futures.dueAtMs()).toBe(Infinity);
  });

  test("a future that completed before its deadline is not due any more", () => {
    const futures = new Futures(1);
    const id = create(futures, "request", 20);
    create(futures, "timer", 30);
    futures.complete(id, done(1));
    expect(futures.dueAtMs()).toBe(30);
    futures.tick(25);
    expect(futures.claim(id)).toEqual(done(1));
  });

  test("futures are bounded, and BUSY says so", () => {
    const futures = new Futures(1);
    for (let i = 0; i < FUTURES_MAX; i++) create(futures);
    expect(futures.create("timer", 0)).toMatchObject({ code: "BUSY" });
    futures.complete(1, done(1));
    expect(futures.create("timer", 0)).toMatchObject({ code: "BUSY" });
    futures.claim(1);
    expect(futures.create("timer", 0)).toBe(FUTURES_MAX + 1);
  });

  test("3: cancelled futures that nobody asks for make room, the oldest first", () => {
    const futures = new Futures(1);
    for (let i = 0; i < FUTURES_MAX; i++) create(futures);
    for (const id of [3, 2, 1]) futures.complete(id, cancelled);
    futures.onComplete(3, 7);
    create(futures);
    expect(futures.peek(2)).toBeUndefined();
    expect(futures.takeCallback()).toEqual({ token: 7, outcome: cancelled });
    expect(futures.claim(1)).toEqual(cancelled);
  });

  test("thousands of futures that come and go cost little and leave nothing", () => {
    const futures = new Futures(1);
    for (let i = 0; i < 200_000; i++) {
      const id = create(futures, "request", i + 60_000);
      futures.onComplete(id, 1);
      futures.tick(i);
      expect(futures.dueAtMs()).toBe(i + 60_000);
      futures.complete(id, done(1));
      futures.takeCallback();
    }
    expect(futures.dueAtMs()).toBe(Infinity);
  }, 5_000);
});

describe("deadlines", () => {
  test("what is due comes in order of deadline, then of id, without what is gone (property)", () => {
    const entries = fc.array(fc.record({ atMs: fc.nat(50), gone: fc.boolean() }), { maxLength: 300 });
    fc.assert(
      fc.property(entries, fc.nat(60), (list, nowMs) => {
        const live = new Set(list.keys());
        const deadlines = new Deadlines((id) => live.has(id));
        list.forEach(({ atMs, gone }, id) => {
          deadlines.add(id, atMs, live.size);
          if (gone) live.delete(id);
        });
        const rest = [...list.entries()].filter(([id]) => live.has(id)).map(([id, { atMs }]) => ({ id, atMs }));
        rest.sort((a, b) => a.atMs - b.atMs || a.id - b.id);
        expect(deadlines.nextAtMs()).toBe(rest[0]?.atMs ?? Infinity);
        const taken: number[] = [];
        for (let id = deadlines.takeDue(nowMs); id !== undefined; id = deadlines.takeDue(nowMs)) taken.push(id);
        expect(taken).toEqual(rest.filter(({ atMs }) => atMs <= nowMs).map(({ id }) => id));
      }),
    );
  });

  test("what never is due is not kept", () => {
    const deadlines = new Deadlines(() => true);
    deadlines.add(1, Infinity, 1);
    expect(deadlines.nextAtMs()).toBe(Infinity);
  });
});
