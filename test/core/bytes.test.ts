import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteReader, ByteWriter, bytesToKey, copyBytes, fromUtf8, keyToBytes, utf8 } from "../../durable/core/bytes.ts";
import * as any from "./arbitraries.ts";

describe("records", () => {
  test("what is written is read, whatever the order of fields (property)", () => {
    const field = fc.oneof(
      fc.tuple(fc.constant("u8" as const), fc.integer({ min: 0, max: 255 })),
      fc.tuple(fc.constant("u32" as const), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
      fc.tuple(fc.constant("i32" as const), fc.integer()),
      fc.tuple(fc.constant("f64" as const), any.integer),
      fc.tuple(fc.constant("text" as const), any.text),
      fc.tuple(fc.constant("bytes" as const), any.bytes),
    );
    fc.assert(
      fc.property(fc.array(field), fc.nat(64), (fields, capacity) => {
        const writer = new ByteWriter(capacity);
        for (const [kind, value] of fields) (writer[kind] as (value: unknown) => void)(value);
        const record = writer.finish();
        expect(record.length).toBe(writer.length);
        const reader = new ByteReader(record);
        for (const [kind, value] of fields) expect(reader[kind]()).toEqual(value);
        expect(reader.done).toBe(true);
      }),
    );
  });

  test("a reader works on a view into a larger buffer", () => {
    const whole = new Uint8Array([9, 9, 1, 0, 0, 0, 7, 9]);
    const reader = new ByteReader(whole.subarray(2, 7));
    expect([...reader.bytes()]).toEqual([7]);
    expect(reader.done).toBe(true);
  });

  test("a record that ends early is refused, not read beyond its end", () => {
    const writer = new ByteWriter();
    writer.bytes(new Uint8Array(10));
    const record = writer.finish();
    expect(() => new ByteReader(record.subarray(0, 8)).bytes()).toThrow("6 bytes early");
    expect(() => new ByteReader(record.subarray(0, 3)).u32()).toThrow(RangeError);
    expect(() => new ByteReader(new Uint8Array(0)).u8()).toThrow(RangeError);
  });

  test("a finished record does not change when the writer goes on", () => {
    const writer = new ByteWriter();
    writer.u8(1);
    const record = writer.finish();
    writer.u8(2);
    expect([...record]).toEqual([1]);
  });

  test("a byte order mark is text like any other", () => {
    expect(fromUtf8(utf8("\uFEFFname"))).toBe("\uFEFFname");
  });
});

describe("keys", () => {
  test("keys stand for their bytes (property)", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (key) => {
        expect(keyToBytes(bytesToKey(key))).toEqual(key);
      }),
    );
  });

  test("keys order as their bytes do (property)", () => {
    fc.assert(
      fc.property(any.bytes, any.bytes, (a, b) => {
        const [x, y] = [bytesToKey(a), bytesToKey(b)];
        expect(Math.sign(Buffer.compare(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0);
      }),
    );
  });
});

describe("copying", () => {
  test("a range of any length arrives as it was, and nothing beside it changes (property)", () => {
    const length = fc.oneof(fc.nat(40), fc.integer({ min: 500, max: 600 }));
    fc.assert(
      fc.property(fc.nat(9), fc.nat(9), length, (from, to, length) => {
        const source = Uint8Array.from({ length: from + length + 3 }, (_, i) => (i * 37 + 1) & 255);
        const target = new Uint8Array(to + length + 3);
        // Views that do not start where their buffers do.
        const offset = new Uint8Array([0, ...source]);
        copyBytes(new DataView(offset.buffer, 1), from, new DataView(target.buffer), to, length);
        expect(target).toEqual(new Uint8Array([...new Uint8Array(to), ...source.slice(from, from + length), 0, 0, 0]));
      }),
    );
  });

  test("a writer takes bytes from elsewhere as it takes its own", () => {
    const source = utf8("some bytes of a guest");
    const [own, other] = [new ByteWriter(1), new ByteWriter(1)];
    own.bytes(source.subarray(5, 10));
    other.bytesFrom(new DataView(source.buffer), 5, 5);
    expect(other.finish()).toEqual(own.finish());
  });

  test("a text is read as it was written, whichever text was likely, of ASCII or not (property)", () => {
    const texts = fc.oneof(any.text, fc.string({ maxLength: 400 }), fc.constantFrom("", "a/b", "a/c"));
    fc.assert(
      fc.property(texts, texts, (text, likely) => {
        const writer = new ByteWriter(1);
        writer.text(text);
        writer.u8(7);
        for (const guess of [likely, text]) {
          const reader = new ByteReader(writer.finish());
          expect([reader.textLike(utf8(guess).length === guess.length ? guess : ""), reader.u8()]).toEqual([text, 7]);
        }
      }),
    );
  });
});
