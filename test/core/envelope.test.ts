import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../durable/core/bytes.ts";
import {
  decodeEnvelopes,
  encodeEnvelopes,
  envelopeStarts,
  kindOf,
  payloadBytesOf,
  requestIdOf,
  requestsInChain,
} from "../../durable/core/envelope.ts";
import * as any from "./arbitraries.ts";

describe("envelopes", () => {
  test("a run of envelopes is read as it was written (property)", () => {
    fc.assert(
      fc.property(fc.array(any.envelope, { maxLength: 8 }), (run) => {
        expect(decodeEnvelopes(encodeEnvelopes(run))).toEqual(run);
      }),
    );
  });

  test("where envelopes start, and what is asked of them in place, is what reading them says (property)", () => {
    fc.assert(
      fc.property(fc.array(any.envelope, { maxLength: 8 }), any.globalName, (run, stranger) => {
        const bytes = encodeEnvelopes(run);
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        const starts = envelopeStarts(bytes);
        expect([starts.length, starts.at(-1)]).toEqual([run.length + 1, bytes.length]);
        run.forEach((envelope, index) => {
          const at = starts[index] as number;
          expect(decodeEnvelopes(bytes.subarray(at, starts[index + 1]))).toEqual([envelope]);
          expect(kindOf(bytes, at)).toBe(envelope.kind);
          if (envelope.kind !== "failure") expect(payloadBytesOf(view, at)).toBe(envelope.payload.length);
          if (envelope.kind !== "request") return;
          expect(requestIdOf(view, at)).toBe(envelope.id);
          for (const atom of [stranger, ...envelope.chain.map((link) => link.atom)]) {
            const own = envelope.chain.filter((link) => link.atom === atom).map(({ request }) => request);
            expect(requestsInChain(view, at, utf8(atom))).toEqual(own);
          }
        });
      }),
    );
  });

  test("a run that ends in the middle of an envelope is refused, wherever that is", () => {
    const chain = [{ atom: "cloud/a" as never, request: 1 }];
    const whole = encodeEnvelopes([{ kind: "request", id: 1, chain, payload: new Uint8Array(3) }]);
    for (let length = 1; length < whole.length; length++)
      expect(() => envelopeStarts(whole.subarray(0, length))).toThrow(RangeError);
  });

  test("payloads are views into the run, not copies", () => {
    const run = encodeEnvelopes([{ kind: "message", payload: new Uint8Array([1, 2, 3]) }]);
    const [envelope] = decodeEnvelopes(run);
    expect(envelope?.kind === "message" && envelope.payload.buffer).toBe(run.buffer);
  });

  test("an unknown kind is refused", () => {
    expect(() => decodeEnvelopes(new Uint8Array([250]))).toThrow("unknown kind");
  });
});
