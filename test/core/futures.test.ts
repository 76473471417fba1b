import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Deadlines } from "../../durable/core/deadlines.ts";
import { failure } from "../../durable/core/errors.ts";
import { Futures, type FutureSource, type Outcome } from "../../durable/core/futures.ts";
import { FUTURE_BYTES_MAX, FUTURES_MAX } from "../../durable/core/limits.ts";

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

  test("3: completed futures that were given up make room, the oldest first", () => {
    const futures = new Futures(1);
    for (let i = 0; i < FUTURES_MAX; i++) create(futures);
    for (const id of [4, 3, 2, 1]) {
      futures.complete(id, cancelled);
      futures.giveUp(id);
    }
    futures.onComplete(4, 7);
    create(futures);
    expect(futures.peek(3)).toBeUndefined();
    expect(futures.takeCallback()).toEqual({ token: 7, outcome: cancelled });
    expect([futures.claim(2), futures.claim(1)]).toEqual([cancelled, cancelled]);
  });

  test("3: what is not complete, or has a callback, is not given up", () => {
    const futures = new Futures(1);
    for (let i = 0; i < FUTURES_MAX; i++) create(futures);
    futures.giveUp(1);
    futures.onComplete(2, 7);
    futures.complete(2, done(1));
    futures.giveUp(2);
    expect(futures.create("timer", 0)).toMatchObject({ code: "BUSY" });
    expect([futures.peek(1)?.outcome, futures.takeCallback()?.token]).toEqual([null, 7]);
  });

  test("3: an atom that only polls never runs out of futures", () => {
    const futures = new Futures(1);
    for (let i = 0; i < 2 * FUTURES_MAX; i++) {
      const id = create(futures);
      futures.complete(id, done(1));
      futures.giveUp(id);
    }
    expect(futures.peek(FUTURES_MAX)).toBeUndefined();
    expect(futures.peek(FUTURES_MAX + 1)).toBeDefined();
  });

  const MEBIBYTE: Outcome = { kind: "completed", payload: new Uint8Array(2 ** 20) };
  const RESULTS_MAX = FUTURE_BYTES_MAX / 2 ** 20;

  test("4: results that wait are bounded in bytes: what does not fit completes with BUSY", () => {
    const futures = new Futures(1);
    const ids = Array.from({ length: RESULTS_MAX + 1 }, () => create(futures));
    for (const id of ids) futures.complete(id, MEBIBYTE);
    expect(futures.claim(RESULTS_MAX + 1)).toMatchObject({ kind: "failed", failure: { code: "BUSY" } });
    expect(futures.claim(1)).toBe(MEBIBYTE);
    const another = create(futures);
    futures.complete(another, MEBIBYTE);
    expect(futures.claim(another)).toBe(MEBIBYTE);
  });

  test("4: results of futures that were given up make room for bytes, too, and those that callbacks took take none", () => {
    const futures = new Futures(1);
    const ids = Array.from({ length: 3 * RESULTS_MAX }, () => create(futures));
    for (const id of ids) {
      if (id % 2 === 0) futures.onComplete(id, id);
      futures.complete(id, MEBIBYTE);
      futures.giveUp(id);
      if (id % 2 === 0) expect(futures.takeCallback()?.outcome).toBe(MEBIBYTE);
    }
    expect(futures.peek(1)).toBeUndefined();
    expect(futures.claim(3 * RESULTS_MAX - 1)).toBe(MEBIBYTE);
  });

  test("thousands of futures that come and go cost little and leave nothing", () => {
    const futures = new Futures(1);
    let duePassed = 0;
    for (let i = 0; i < 50_000; i++) {
      const id = create(futures, "request", i + 60_000);
      futures.onComplete(id, 1);
      futures.tick(i);
      if (futures.dueAtMs() !== i + 60_000) duePassed += 1;
      futures.complete(id, done(1));
      futures.takeCallback();
    }
    expect([duePassed, futures.dueAtMs()]).toEqual([0, Infinity]);
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
