import { describe, expect, test } from "vitest";
import { WakeTimer } from "../../durable/wake-timer.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** A timer that notes when it woke its owner. */
function noted(): { clock: VirtualClock; timer: WakeTimer; wokenAtMs: number[] } {
  const clock = new VirtualClock(0);
  const wokenAtMs: number[] = [];
  return { clock, timer: new WakeTimer(clock, () => wokenAtMs.push(clock.now())), wokenAtMs };
}

describe("a wake timer", () => {
  test("wakes at the earliest time that it was asked for, and once", async () => {
    const { clock, timer, wokenAtMs } = noted();
    timer.by(500);
    timer.by(100);
    timer.by(300);
    await clock.advance(1_000);
    expect(wokenAtMs).toEqual([100]);
  });

  test("wakes too early rather than being set anew: its owner asks again", async () => {
    const { clock, timer, wokenAtMs } = noted();
    timer.by(100);
    await clock.advance(50);
    timer.by(150);
    await clock.advance(60);
    timer.by(150);
    await clock.advance(100);
    expect(wokenAtMs).toEqual([100, 150]);
  });

  test("goes to a far time by steps, so that none is left behind for long", async () => {
    const { clock, timer, wokenAtMs } = noted();
    timer.by(3_600_000);
    await clock.advance(3_600_000);
    expect(wokenAtMs).toEqual([2_000]);
  });

  test("asks for nothing if nothing is due", async () => {
    const { clock, timer, wokenAtMs } = noted();
    timer.by(Infinity);
    await clock.advance(10_000);
    expect(wokenAtMs).toEqual([]);
  });
});
