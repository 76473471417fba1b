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
