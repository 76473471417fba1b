/** What a frame from another runtime may bring: nothing that this one's store, or its guest, could not bear. */
import { describe, expect, test } from "vitest";
import { PINNED_TIMES_MAX, startsOf } from "../../durable/core/arrivals.ts";
import { encodeEnvelopes, type Envelope } from "../../durable/core/envelope.ts";
import type { ChannelClass, Frame } from "../../durable/core/frame.ts";
import { CHAIN_LENGTH_MAX, FRAME_BODY_BYTES_MAX, PAYLOAD_BYTES_MAX } from "../../durable/core/limits.ts";
import { NAME_LENGTH_MAX, type GlobalName } from "../../durable/core/names.ts";
import { A, AtomNetwork, B } from "./atom-network.ts";

function frameOf(channel: ChannelClass, ...envelopes: Envelope[]): Frame {
  const numbers = { fromEpoch: 1, toEpoch: 0, base: 1, first: 1 };
  return { from: B, to: A, channel, ...numbers, count: envelopes.length, body: encodeEnvelopes(envelopes) };
}

const request = (id: number): Envelope => ({ kind: "request", id, chain: [], payload: new Uint8Array(0) });
const message = (bytes: number): Envelope => ({ kind: "message", payload: new Uint8Array(bytes) });

describe("a frame is refused", () => {
  test.each([NaN, Infinity, -1, 0.5])("with a request of the id %s, which no store can keep", (id) => {
    expect(() => startsOf(frameOf("mail", request(7), request(id)))).toThrow(`the id ${id}`);
    expect(startsOf(frameOf("mail", request(7)))).toHaveLength(2);
  });

  test.each([
    ["interrupt", message(1)],
    ["reply", message(1)],
    ["mail", { kind: "interrupt", signal: 1, payload: new Uint8Array(0) }],
    ["reply", request(7)],
    ["mail", { kind: "http", id: 7, head: new Uint8Array(0), payload: new Uint8Array(0) }],
  ] as const)("by the channel %s with what does not go by it", (channel, envelope) => {
    expect(() => startsOf(frameOf(channel, envelope))).toThrow(`by the channel "${channel}"`);
  });

  test("if it is larger than any that a runtime cuts: it would be more than a row", () => {
    const whole = frameOf("mail", message(FRAME_BODY_BYTES_MAX));
    expect(() => startsOf(whole)).toThrow(`${whole.body.length} bytes`);
    expect(startsOf(frameOf("mail", message(PAYLOAD_BYTES_MAX)))).toHaveLength(2);
  });

  test("with a request whose chain is longer than any: who asks further sends it along", () => {
    const asking = (links: number, atom: GlobalName): Frame => {
      const chain = Array.from({ length: links }, () => ({ atom, request: 1 }));
      return frameOf("mail", { kind: "request", id: 7, chain, payload: new Uint8Array(9) });
    };
    const longest = `${"r".repeat(NAME_LENGTH_MAX)}/${"a".repeat(NAME_LENGTH_MAX)}` as GlobalName;
    expect(startsOf(asking(CHAIN_LENGTH_MAX, longest))).toHaveLength(2);
    expect(() => startsOf(asking(CHAIN_LENGTH_MAX, `${longest}x` as GlobalName))).toThrow("a chain of");
    expect(() => startsOf(asking(1, "x".repeat(100_000) as GlobalName))).toThrow("a chain of");
  });

  test("with an HTTP request, which only an object itself makes of one", () => {
    const http: Envelope = { kind: "http", id: 1, head: new Uint8Array(2), payload: new Uint8Array(0) };
    expect(() => startsOf(frameOf("mail", http))).toThrow('of the kind "http"');
  });
});

test("a message that waits keeps little more than itself in memory, however large the batch was", () => {
  const { atom } = new AtomNetwork().add(A);
  const batch = new Uint8Array(1_000_000);
  const from = (first: number, bytes: number): Frame => {
    const frame = frameOf("mail", message(bytes));
    batch.set(frame.body);
    return { ...frame, first, body: batch.subarray(0, frame.body.length) };
  };
  const keptOf = (frame: Frame) => {
    atom.onBatch({ frames: [frame], acks: [] }, 0);
    const mail = atom.takeMessage();
    return [mail?.payload.length, mail?.run.body.buffer.byteLength];
  };
  const small = from(1, 10);
  expect(keptOf(small)).toEqual([10, small.body.length]);
  // What is most of its batch is not copied.
  const large = 1_000_000 / PINNED_TIMES_MAX;
  expect(keptOf(from(2, large))).toEqual([large, batch.length]);
});
