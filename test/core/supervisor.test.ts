import { describe, expect, test } from "vitest";
import { HEALTHY_AFTER_MS, RESTART_BACKOFF_MS_MAX, RESTART_BACKOFF_MS_MIN } from "../../durable/core/limits.ts";
import { Supervisor } from "../../durable/core/supervisor.ts";

/** An instance that starts and traps at once; how long the next one has to wait. */
function trapAt(supervisor: Supervisor, nowMs: number): number {
  supervisor.onStart(nowMs);
  return supervisor.onTrap("unreachable", nowMs) - nowMs;
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

  test("2: an instance that consumed a message ends the row", () => {
    const supervisor = new Supervisor();
    trapAt(supervisor, 0);
    trapAt(supervisor, 1);
    supervisor.onProgress();
    expect(trapAt(supervisor, 2)).toBe(RESTART_BACKOFF_MS_MIN);
  });

  test("2: an instance that ran long enough ends the row", () => {
    const supervisor = new Supervisor();
    trapAt(supervisor, 0);
    trapAt(supervisor, 1);
    supervisor.onStart(100);
    expect(supervisor.onTrap("late", 100 + HEALTHY_AFTER_MS) - HEALTHY_AFTER_MS - 100).toBe(RESTART_BACKOFF_MS_MIN);
  });

  test("2: an instance that never started ran no time at all, whenever the last one started", () => {
    const supervisor = new Supervisor();
    const late = 10 * HEALTHY_AFTER_MS;
    expect([0, 1, 2].map((i) => supervisor.onTrap("start function", late + i) - late - i)).toEqual([50, 100, 200]);
    supervisor.onStart(late);
    supervisor.onTrap("after a healthy run", 3 * late);
    expect(supervisor.onTrap("start function", 3 * late) - 3 * late).toBe(2 * RESTART_BACKOFF_MS_MIN);
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
