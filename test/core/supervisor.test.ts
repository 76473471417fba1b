import { describe, expect, test } from "vitest";
import {
  BURIAL_BACKOFF_MS_MAX,
  HEALTHY_AFTER_MS,
  RESTART_BACKOFF_MS_MAX,
  RESTART_BACKOFF_MS_MIN,
} from "../../durable/core/limits.ts";
import { Supervisor, type Blame } from "../../durable/core/supervisor.ts";

/** An instance that starts and traps at once; how long the next one has to wait. */
function trapAt(supervisor: Supervisor, nowMs: number, blame: Blame | null = null): number {
  supervisor.onStart(nowMs);
  return supervisor.onTrap("unreachable", blame, nowMs) - nowMs;
}

/** The waits after each trap of a message that is buried with the last of `attempts`. */
function poison(supervisor: Supervisor, position: number, attempts: number): number[] {
  const traps = Array.from({ length: attempts }, (_, index) => index + 1);
  return traps.map((count) => trapAt(supervisor, 0, { position, traps: count, buried: count === attempts }));
}

describe("supervision", () => {
  test("1: the n-th trap in a row waits twice as long as the one before, to a bound", () => {
    const supervisor = new Supervisor();
    const waits = Array.from({ length: 4 }, (_, i) => trapAt(supervisor, i));
    expect(waits).toEqual([1, 2, 4, 8].map((factor) => factor * RESTART_BACKOFF_MS_MIN));
    for (let i = 0; i < 100; i++) trapAt(supervisor, i);
    expect(trapAt(supervisor, 0)).toBe(RESTART_BACKOFF_MS_MAX);
    expect(supervisor.restarts).toBe(105);
  });

  test("1: a row belongs to the message that is blamed; one without blame goes on with it", () => {
    const supervisor = new Supervisor();
    const first = { position: 7, traps: 1, buried: false };
    expect([1, 2, 3].map(() => trapAt(supervisor, 0, first))).toEqual([50, 100, 200]);
    expect([trapAt(supervisor, 0, null), trapAt(supervisor, 0, first)]).toEqual([400, 800]);
    expect(trapAt(supervisor, 0, { position: 8, traps: 1, buried: false })).toBe(50);
  });

  test("1: a message does not pay for an instance that trapped before it", () => {
    const supervisor = new Supervisor();
    for (let i = 0; i < 20; i++) trapAt(supervisor, i);
    expect(trapAt(supervisor, 20, { position: 1, traps: 1, buried: false })).toBe(RESTART_BACKOFF_MS_MIN);
  });

  test("2: each message has its tries with the same waits, whatever became of the ones before", () => {
    const supervisor = new Supervisor();
    const waits = [1, 2, 3].map((position) => poison(supervisor, position, 5));
    expect(waits.map((each) => each.slice(0, -1))).toEqual(Array.from({ length: 3 }, () => [50, 100, 200, 400]));
    expect(waits.map((each) => each.at(-1))).toEqual([50, 100, 200]);
  });

  test("2: a module that traps on every message does not spin, even if each has one attempt", () => {
    const supervisor = new Supervisor();
    const waits = Array.from({ length: 100 }, (_, position) => poison(supervisor, position, 1)).flat();
    expect(waits.slice(0, 6)).toEqual([50, 100, 200, 400, 800, BURIAL_BACKOFF_MS_MAX]);
    expect(Math.min(...waits.slice(5))).toBe(BURIAL_BACKOFF_MS_MAX);
  });

  test("3: an instance that consumed a message ends the row and forgets the burials", () => {
    const supervisor = new Supervisor();
    trapAt(supervisor, 0);
    trapAt(supervisor, 1);
    supervisor.onProgress();
    expect(trapAt(supervisor, 2)).toBe(RESTART_BACKOFF_MS_MIN);
    for (let position = 0; position < 9; position++) poison(supervisor, position, 1);
    supervisor.onProgress();
    expect(poison(supervisor, 9, 1)).toEqual([RESTART_BACKOFF_MS_MIN]);
  });

  test("3: an instance that ran long enough ends the row", () => {
    const supervisor = new Supervisor();
    trapAt(supervisor, 0);
    trapAt(supervisor, 1);
    supervisor.onStart(100);
    expect(supervisor.onTrap("late", null, 100 + HEALTHY_AFTER_MS) - HEALTHY_AFTER_MS - 100).toBe(
      RESTART_BACKOFF_MS_MIN,
    );
  });

  test("3: an instance that never started ran no time at all, whenever the last one started", () => {
    const supervisor = new Supervisor();
    const late = 10 * HEALTHY_AFTER_MS;
    const failedStart = (nowMs: number) => supervisor.onTrap("start function", null, nowMs) - nowMs;
    expect([0, 1, 2].map((i) => failedStart(late + i))).toEqual([50, 100, 200]);
    supervisor.onStart(late);
    supervisor.onTrap("after a healthy run", null, 3 * late);
    expect(failedStart(3 * late)).toBe(2 * RESTART_BACKOFF_MS_MIN);
  });

  test("the last trap is told, even over a restart", () => {
    const supervisor = new Supervisor();
    expect(supervisor.lastTrap).toBeNull();
    supervisor.restore({ atMs: 5, text: "old" });
    expect(supervisor.lastTrap).toEqual({ atMs: 5, text: "old" });
    trapAt(supervisor, 9);
    expect(supervisor.lastTrap).toEqual({ atMs: 9, text: "unreachable" });
  });
});
