import { describe, expect, test } from "vitest";
import { OUTSIDE_ASKERS_MAX } from "../../durable/core/limits.ts";
import { OutsideAskers } from "../../durable/outside-askers.ts";
import { VirtualClock } from "./virtual-clock.ts";

const late = (timeoutMs: number) => `late after ${timeoutMs} ms`;

describe("askers from outside", () => {
  test("each is told of its position, and those of one position the same", async () => {
    const askers = new OutsideAskers<string>(new VirtualClock(0), late);
    const waiting = [askers.wait(1, 100), askers.wait(1, 100), askers.wait(2, 100)];
    askers.tell(2, "two");
    askers.tell(1, "one");
    askers.tell(1, "again");
    expect(await Promise.all(waiting)).toEqual(["one", "one", "two"]);
  });

  test("no more than a bounded number wait, however few messages they wait for", async () => {
    const askers = new OutsideAskers<string>(new VirtualClock(0), late);
    const waiting = Array.from({ length: OUTSIDE_ASKERS_MAX }, () => askers.wait(1, 100));
    expect(askers.crowded).toBe(true);
    askers.tell(1, "one");
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["one"]));
    expect(askers.crowded).toBe(false);
  });

  test("all can be let go at once", async () => {
    const askers = new OutsideAskers<string>(new VirtualClock(0), late);
    const waiting = [askers.wait(1, 100), askers.wait(2, 100)];
    askers.tellAll("gone");
    expect(await Promise.all(waiting)).toEqual(["gone", "gone"]);
  });

  test("each that was not told in its time is late, also far in the future", async () => {
    const clock = new VirtualClock(0);
    const askers = new OutsideAskers<string>(clock, late);
    const ended: string[] = [];
    const note = (name: string) => (fate: string) => ended.push(`${name}: ${fate} at ${clock.now()}`);
    void askers.wait(1, 30_000).then(note("patient"));
    void askers.wait(2, 50).then(note("hasty"));
    void askers.wait(3, 30_000).then(note("lucky"));
    await clock.advance(10_000);
    askers.tell(3, "told");
    await clock.advance(30_000);
    expect(ended).toEqual([
      "hasty: late after 50 ms at 50",
      "lucky: told at 10000",
      "patient: late after 30000 ms at 30000",
    ]);
  });
});
