import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBatch, EMPTY_BATCH, encodeBatch } from "../../durable/core/frame.ts";
import * as any from "./arbitraries.ts";

describe("batches", () => {
  test("a batch is read as it was written (property)", () => {
    fc.assert(
      fc.property(any.batch, (batch) => {
        expect(decodeBatch(encodeBatch(batch))).toEqual(batch);
      }),
    );
  });

  test("a batch that was cut short is refused, wherever it was cut (property)", () => {
    fc.assert(
      fc.property(any.batch, fc.nat(), (batch, cut) => {
        const wire = encodeBatch(batch);
        expect(() => decodeBatch(wire.subarray(0, cut % wire.length))).toThrow(RangeError);
      }),
    );
  });

  test("a batch of another wire version is refused by its version", () => {
    const wire = encodeBatch(EMPTY_BATCH);
    wire[0] = 9;
    expect(() => decodeBatch(wire)).toThrow("wire version 9");
  });

  test("an unknown channel class or ack status is refused", () => {
    const wire = encodeBatch({
      frames: [],
      acks: [
        { from: "a/b" as never, to: "c/d" as never, channel: "mail", toEpoch: 1, epoch: 2, next: 3, status: "ok" },
      ],
    });
    wire[wire.length - 1] = 77;
    expect(() => decodeBatch(wire)).toThrow("unknown tag 77");
  });

  const ends = { from: "a/b" as never, to: "c/d" as never, channel: "mail" } as const;
  const frame = { ...ends, fromEpoch: 1, toEpoch: 1, base: 1, first: 1, count: 0, body: new Uint8Array(0) };
  const ack = { ...ends, toEpoch: 1, epoch: 1, next: 1, status: "ok" } as const;

  test.each(["fromEpoch", "toEpoch", "base", "first"])("a frame whose %s no store can keep is refused", (name) => {
    for (const number of [NaN, Infinity, -1, 0.5, 2 ** 53])
      expect(() => decodeBatch(encodeBatch({ frames: [{ ...frame, [name]: number }], acks: [] }))).toThrow(RangeError);
  });

  test.each(["toEpoch", "epoch", "next"])("so is an ack", (name) => {
    for (const number of [NaN, Infinity, -1, 0.5, 2 ** 53])
      expect(() => decodeBatch(encodeBatch({ frames: [], acks: [{ ...ack, [name]: number }] }))).toThrow(RangeError);
  });

  test("a batch that is not of one pair of atoms is not written", () => {
    const ack = { to: "c/d" as never, channel: "mail", toEpoch: 1, epoch: 2, next: 3, status: "ok" } as const;
    const acks = [
      { ...ack, from: "a/b" as never },
      { ...ack, from: "a/x" as never },
    ];
    expect(() => encodeBatch({ frames: [], acks })).toThrow("from a/b to c/d holds something from a/x to c/d");
  });
});
