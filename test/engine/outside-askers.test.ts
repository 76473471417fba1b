import { describe, expect, test } from "vitest";
import type { Answer } from "../../durable/core/answer.ts";
import { failure } from "../../durable/core/errors.ts";
import { OutsideAskers } from "../../durable/outside-askers.ts";
import { VirtualClock } from "./virtual-clock.ts";

const late = (timeoutMs: number) => failure("TIMEOUT", `no answer within ${timeoutMs} ms`);
const reply: Answer = { kind: "reply", payload: new Uint8Array([1]) };

describe("askers from outside", () => {
  test("each gets the answer to the message of its position, and those of one position the same", async () => {
    const askers = new OutsideAskers(new VirtualClock(0), late);
    const waiting = [askers.wait(1, 100), askers.wait(1, 100), askers.wait(2, 100)];
    const other: Answer = { kind: "reply", payload: new Uint8Array([2]) };
    askers.answer(2, other);
    askers.answer(1, reply);
    askers.answer(1, other);
    expect(await Promise.all(waiting)).toEqual([reply, reply, other]);
  });

  test("each that was not answered in its time gets TIMEOUT, also far in the future", async () => {
    const clock = new VirtualClock(0);
    const askers = new OutsideAskers(clock, late);
    const ended: string[] = [];
    const note = (name: string) => (answer: Answer) => {
      ended.push(`${name} ${answer.kind === "failure" ? answer.failure.reason : "answered"} at ${clock.now()}`);
    };
    void askers.wait(1, 30_000).then(note("late"));
    void askers.wait(2, 50).then(note("hasty"));
    void askers.wait(3, 30_000).then(note("lucky"));
    await clock.advance(10_000);
    askers.answer(3, reply);
    await clock.advance(30_000);
    expect(ended).toEqual([
      "hasty no answer within 50 ms at 50",
      "lucky answered at 10000",
      "late no answer within 30000 ms at 30000",
    ]);
  });
});
