import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeAnswer, encodeAnswer } from "../../durable/core/answer.ts";
import * as any from "./arbitraries.ts";

test("an answer is read as it was written (property)", () => {
  fc.assert(
    fc.property(any.answer, (answer) => {
      expect(decodeAnswer(encodeAnswer(answer))).toEqual(answer);
    }),
  );
});

test("an answer that was read has its buffer to itself: what crosses to another isolate takes its whole buffer along", () => {
  const answer = decodeAnswer(encodeAnswer({ kind: "reply", payload: new Uint8Array(3) }));
  expect(answer.kind === "reply" && answer.payload.buffer.byteLength).toBe(3);
});
