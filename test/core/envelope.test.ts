import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeEnvelopes, encodeEnvelopes, envelopeBytes } from "../../durable/core/envelope.ts";
import * as any from "./arbitraries.ts";

describe("envelopes", () => {
  test("a run of envelopes is read as it was written (property)", () => {
    fc.assert(
      fc.property(fc.array(any.envelope, { maxLength: 8 }), (run) => {
        expect(decodeEnvelopes(encodeEnvelopes(run))).toEqual(run);
      }),
    );
  });

  test("no envelope takes more than it is counted for (property)", () => {
    fc.assert(
      fc.property(any.envelope, (envelope) => {
        expect(encodeEnvelopes([envelope]).length).toBeLessThanOrEqual(envelopeBytes(envelope));
      }),
    );
  });

  test("the atoms that wait count: a long chain makes a large request", () => {
    const atom = `${"r".repeat(128)}/${"a".repeat(128)}` as never;
    const chain = Array.from({ length: 64 }, (_, request) => ({ atom, request }));
    expect(envelopeBytes({ kind: "request", id: 1, chain, payload: new Uint8Array(0) })).toBeGreaterThan(64 * 257);
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
