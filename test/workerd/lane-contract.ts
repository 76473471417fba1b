/** What every lane between atoms' objects does, told from the outside: real objects of the Worker under test are at its other end. */
import { beforeEach, describe, expect, test } from "vitest";
import { encodeEnvelopes } from "../../durable/core/envelope.ts";
import type { Batch, Frame } from "../../durable/core/frame.ts";
import type { Lane, LaneReceiver } from "../../durable/core/lane.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { eventually } from "./objects.ts";

const LARGE_BYTES = 512 * 1024;

class Arrivals implements LaneReceiver {
  readonly batches: Batch[] = [];
  readonly lost: { readonly peer: GlobalName; readonly reason: string }[] = [];

  onBatch(batch: Batch): void {
    this.batches.push(batch);
  }
  onLost(peer: GlobalName, reason: string): void {
    this.lost.push({ peer, reason });
  }
  onUnreadable(peer: GlobalName, reason: string): void {
    this.onLost(peer, reason);
  }

  /** The acknowledgements of mail that have come, as soon as there are so many. */
  async acks(count: number) {
    const read = async () => this.batches.flatMap(({ acks }) => acks);
    return eventually(read, (acks) => acks.length >= count);
  }
}

/** `open` makes a lane whose own end is the atom `from`. */
export function describeLane(title: string, from: GlobalName, open: (receiver: LaneReceiver) => Lane): void {
  describe(`a lane: ${title}`, () => {
    let arrivals: Arrivals;
    let lane: Lane;
    let epoch = 0;

    beforeEach(() => {
      arrivals = new Arrivals();
      lane = open(arrivals);
      // Each test is a new incarnation of the sender, so that its numbers start at 1.
      epoch += 1;
    });

    const frame = (first: number, payloads: readonly Uint8Array[], to = "main/laned"): Frame => ({
      ...{ from, to: to as GlobalName, channel: "mail", fromEpoch: epoch, toEpoch: 0, base: 1, first },
      count: payloads.length,
      body: encodeEnvelopes(payloads.map((payload) => ({ kind: "message", payload }))),
    });
    const send = (sent: Frame) => lane.send(sent.to, { batch: { frames: [sent], acks: [] }, stalled: false });
    const text = (value: string) => new TextEncoder().encode(value);

    test("what is sent arrives, and what answers it comes back", async () => {
      send(frame(1, [text("a"), text("b")]));
      expect(await arrivals.acks(1)).toMatchObject([{ from: "main/laned", to: from, toEpoch: epoch, next: 3 }]);
      expect(arrivals.lost).toEqual([]);
    });

    test("one that is sent twice is taken twice, and the channel drops the second", async () => {
      send(frame(1, [text("a")]));
      await arrivals.acks(1);
      send(frame(1, [text("a")]));
      expect(await arrivals.acks(2)).toMatchObject([{ next: 2 }, { next: 2 }]);
    });

    test("many at a time arrive, however they overtake each other", async () => {
      const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
      for (const first of numbers) send(frame(first, [text(`${first}`)]));
      const told = await eventually(
        async () => arrivals.batches.flatMap(({ acks }) => acks.map(({ next }) => next)),
        (nexts) => Math.max(...nexts) === 9,
      );
      expect(Math.max(...told)).toBe(9);
      expect(arrivals.lost).toEqual([]);
    });

    test("a large one arrives whole", async () => {
      send(frame(1, [new Uint8Array(LARGE_BYTES).fill(7), new Uint8Array(LARGE_BYTES).fill(8)]));
      expect(await arrivals.acks(1)).toMatchObject([{ next: 3 }]);
    });

    test("one for an atom that does not exist is refused", async () => {
      send(frame(1, [text("a")], "main/nobody"));
      expect(await arrivals.acks(1)).toMatchObject([{ from: "main/nobody", status: "unknown", next: 2 }]);
    });

    test("one to a runtime that cannot be reached is lost, which is told and not thrown", async () => {
      send(frame(1, [text("a")], "nowhere/atom"));
      const lost = await eventually(
        async () => arrivals.lost,
        ({ length }) => length > 0,
      );
      expect(lost).toEqual([{ peer: "nowhere/atom", reason: expect.stringContaining("nowhere") }]);
    });
  });
}
