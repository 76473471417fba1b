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

  test("a batch that is not of one pair of atoms is not written", () => {
    const ack = { to: "c/d" as never, channel: "mail", toEpoch: 1, epoch: 2, next: 3, status: "ok" } as const;
    const acks = [
      { ...ack, from: "a/b" as never },
      { ...ack, from: "a/x" as never },
    ];
    expect(() => encodeBatch({ frames: [], acks })).toThrow("from a/b to c/d holds something from a/x to c/d");
  });
});
