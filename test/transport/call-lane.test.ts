/** A batch by a call: its answer arrives, or it is told that it may be lost. */
import { beforeEach, expect, test } from "vitest";
import type { Application } from "../../durable/core/application.ts";
import { decodeBatch, EMPTY_BATCH, encodeBatch, type Ack, type Batch } from "../../durable/core/frame.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { CallLane } from "../../durable/transport/call-lane.ts";
import { ObjectStubs, type PeerObject } from "../../durable/transport/object-stubs.ts";
import { VirtualClock } from "../engine/virtual-clock.ts";
import { application as fakeApplication } from "../frontend/fakes.ts";

const SELF = "cloud/counter" as GlobalName;
const PEER = "edge-1/ticker" as GlobalName;
const ack = (from: GlobalName, to: GlobalName, next: number): Ack => {
  return { from, to, channel: "mail", toEpoch: 1, epoch: 2, next, status: "ok" };
};
const application: Application = fakeApplication();

let clock: VirtualClock;
let told: string[];
beforeEach(() => {
  clock = new VirtualClock(0);
  told = [];
});

/** A lane to objects that answer by `exchange`. */
function laneTo(exchange: PeerObject["exchange"], env: Record<string, unknown> = bindingTo(exchange)): CallLane {
  const receiver = {
    onBatch: ({ acks }: Batch) => void told.push(`acks ${acks.map(({ next }) => next).join()}`),
    onLost: (peer: GlobalName, reason: string) => void told.push(`lost ${peer}: ${reason}`),
    onUnreadable: () => undefined,
  };
  return new CallLane(new ObjectStubs(application, env), receiver, clock, (work) => void work);
}

function bindingTo(exchange: PeerObject["exchange"]): Record<string, unknown> {
  return { ATOMS_1: { getByName: (name: string) => (name === "ticker" ? { exchange } : undefined) } };
}

const departure = { batch: { frames: [], acks: [ack(SELF, PEER, 7)] }, stalled: false };

test("the answer of the peer's object is a batch that has come", async () => {
  let carried: Batch = EMPTY_BATCH;
  const lane = laneTo(async (bytes) => {
    carried = decodeBatch(bytes);
    return encodeBatch({ frames: [], acks: [ack(PEER, SELF, 3)] });
  });
  lane.send(PEER, departure);
  await clock.settle();
  expect([carried.acks, told]).toEqual([departure.batch.acks, ["acks 3"]]);
});

test.each([
  ["of another atom", "edge-1/other" as GlobalName, SELF],
  ["of another runtime's atom", "cloud/till" as GlobalName, SELF],
  ["for another atom", PEER, "cloud/other" as GlobalName],
])("an answer that is a batch %s is none: who is asked speaks for itself", async (_, from, to) => {
  laneTo(async () => encodeBatch({ frames: [], acks: [ack(from, to, 3)] })).send(PEER, departure);
  await clock.settle();
  expect(told).toEqual([`lost ${PEER}: Error: ${PEER} answered with a batch from ${from} to ${to}.`]);
});

test("a batch that is carried has a buffer with nothing else in it: all of it would cross", async () => {
  const buffers: number[][] = [];
  const lane = laneTo(async (bytes) => {
    buffers.push([bytes.length, bytes.buffer.byteLength]);
    return encodeBatch(EMPTY_BATCH);
  });
  for (let index = 0; index < 3; index += 1) lane.send(PEER, departure);
  await clock.settle();
  expect(buffers).toHaveLength(3);
  for (const [batch, buffer] of buffers) expect(buffer).toBe(batch);
});

test("a call that fails may have lost its batch", async () => {
  laneTo(() => Promise.reject(new Error("The object is gone."))).send(PEER, departure);
  await clock.settle();
  expect(told).toEqual([`lost ${PEER}: Error: The object is gone.`]);
});

test("a call that takes too long is lost once, and what it brings later is dropped", async () => {
  let answer: (bytes: Uint8Array) => void = () => undefined;
  laneTo(() => new Promise((resolve) => (answer = resolve))).send(PEER, departure);
  await clock.advance(29_999);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual([`lost ${PEER}: Error: ${PEER} did not answer a batch within 30000 ms.`]);
  answer(encodeBatch({ frames: [], acks: [ack(PEER, SELF, 3)] }));
  await clock.settle();
  expect(told).toHaveLength(1);
});

test("a peer whose runtime no binding reaches cannot be sent to", async () => {
  laneTo(() => Promise.reject(new Error("Nobody calls it.")), {}).send(PEER, departure);
  await clock.settle();
  expect(told).toEqual([`lost ${PEER}: Error: No binding of this Worker reaches the runtime edge-1.`]);
});
