import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../durable/core/bytes.ts";
import { decodeChanges, encodeChanges, type JournalChange } from "../../durable/core/change-codec.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { journalChange } from "./change-arbitraries.ts";

const changes = fc.array(journalChange, { maxLength: 6 });

function encoded(list: readonly JournalChange[]): Uint8Array {
  const writer = new ByteWriter();
  encodeChanges(writer, list);
  return writer.finish();
}

describe("records of the journal", () => {
  test("(1) changes are read as they were written, in their order (property)", () => {
    fc.assert(
      fc.property(changes, (list) => {
        expect(decodeChanges(encoded(list))).toEqual(list);
      }),
    );
  });

  test("(2) a record that is cut short anywhere is refused (property)", () => {
    fc.assert(
      fc.property(changes, fc.nat(), (list, at) => {
        const record = encoded(list);
        expect(() => decodeChanges(record.subarray(0, at % record.length))).toThrow(RangeError);
      }),
    );
  });

  test("(2) a record that goes on after its end is refused (property)", () => {
    fc.assert(
      fc.property(changes, fc.uint8Array({ minLength: 1, maxLength: 3 }), (list, more) => {
        expect(() => decodeChanges(new Uint8Array([...encoded(list), ...more]))).toThrow("goes on after its last");
      }),
    );
  });

  test("(2) unknown tags, kinds and channels are refused", () => {
    const put: JournalChange = {
      kind: "open.put",
      request: { token: 1, asker: "", request: 1, kind: "http", taken: true },
    };
    const ack: JournalChange = { kind: "outbox.delete", peer: "a/b" as GlobalName, channel: "reply", below: 1 };
    const changed = (list: readonly JournalChange[], at: number) => encoded(list).with(at, 77);
    expect(() => decodeChanges(changed([put], 5))).toThrow("the unknown tag 77");
    expect(() => decodeChanges(changed([put], encoded([put]).length - 2))).toThrow("the unknown value 77");
    expect(() => decodeChanges(changed([ack], encoded([ack]).length - 9))).toThrow("the unknown value 77");
  });

  test("(3) a record of another format is refused by its number", () => {
    expect(() => decodeChanges(encoded([]).with(0, 9))).toThrow("of the format 9; this runtime reads 1");
  });

  test("(3) a record of this format stays readable", () => {
    const peer = "a/b" as GlobalName;
    const list: JournalChange[] = [
      { kind: "kv", key: "\xff", value: new Uint8Array([7]) },
      { kind: "outbox.delete", peer, channel: "mail", below: Infinity },
      { kind: "receiver.put", record: { peer, channel: "reply", epoch: 3, next: 2 } },
      { kind: "state", name: "n", value: "v" },
    ];
    const hex =
      "0104000000" +
      "0102000000c3bf010100000007" +
      "0a03000000612f6200000000000000f07f" +
      "0c03000000612f620200000000000008400000000000000040" +
      "0f010000006e0100000076";
    expect(Buffer.from(encoded(list)).toString("hex")).toBe(hex);
    expect(decodeChanges(Buffer.from(hex, "hex"))).toMatchObject([{ key: "\xff" }, { below: Infinity }, {}, {}]);
  });
});
