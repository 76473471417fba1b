/** Whom a batch that came in a signed request may be from, and for. */
import { expect, test } from "vitest";
import { encodeBatch, EMPTY_BATCH, type Ack } from "../../durable/core/frame.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { readSignedBatch } from "../../durable/signing/signed-batch.ts";
import { EDGE } from "./peers.ts";

const SELF = "cloud/till";

function read(from: string, to = SELF) {
  const ends = { from: from as GlobalName, to: to as GlobalName };
  const ack: Ack = { ...ends, channel: "mail", toEpoch: 1, epoch: 1, next: 1, status: "ok" };
  return readSignedBatch(encodeBatch({ frames: [], acks: [ack] }), EDGE, SELF);
}

test("it is from an atom of who signed, and for the atom that it came to", () => {
  expect(read(`${EDGE}/sensor`)).toMatchObject({ acks: [{ from: `${EDGE}/sensor` }] });
  expect(read("edge-2/sensor")).toMatchObject({ code: "DENIED" });
  expect(read(`${EDGE}/sensor`, "cloud/other")).toMatchObject({ code: "DENIED" });
  expect(readSignedBatch(encodeBatch(EMPTY_BATCH), EDGE, SELF)).toEqual(EMPTY_BATCH);
});

test.each(["", "/", "/sensor/", "/a\nb", `/${"x".repeat(129)}`])(
  "no atom is called %j: the name goes into logs and stores",
  (atom) => {
    expect(read(`${EDGE}${atom}`)).toMatchObject({ code: "DENIED" });
  },
);
