import { beforeEach, expect, test } from "vitest";
import { EMPTY_BATCH } from "../../durable/core/frame.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { RemoteLane, STALLED_EVERY_MS } from "../../durable/transport/remote-lane.ts";

const A = "edge-1/a" as GlobalName;
const B = "edge-1/b" as GlobalName;
let nowMs = 0;
let sent: GlobalName[] = [];
let lane: RemoteLane;
const send = (to: GlobalName, stalled: boolean) => lane.send(to, { batch: EMPTY_BATCH, stalled });

beforeEach(() => {
  nowMs = 1_000_000;
  sent = [];
  const clock = {
    now: () => nowMs,
    monotonic: () => nowMs,
    after: () => () => undefined,
    breathe: async () => undefined,
  };
  lane = new RemoteLane({ send: (to) => void sent.push(to) }, clock);
});

test("what stalled waits for the call that is under way, for a while", () => {
  send(A, false);
  nowMs += STALLED_EVERY_MS - 1;
  send(A, true);
  expect(sent).toEqual([A]);
  nowMs += 1;
  send(A, true);
  send(A, true);
  expect(sent).toEqual([A, A]);
});

test("what did not stall leaves at once, and one peer keeps no other waiting", () => {
  send(A, false);
  send(A, false);
  send(B, true);
  expect(sent).toEqual([A, A, B]);
});
