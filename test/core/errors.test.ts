import { describe, expect, test } from "vitest";
import { ERROR_CODES, errorCodeOf, ERROR_SENTENCES, failure, type ErrorCode } from "../../durable/core/errors.ts";

const codes = Object.entries(ERROR_CODES) as [ErrorCode, number][];

describe("error codes", () => {
  test("the numbers are those of the ABI", () => {
    expect(ERROR_CODES).toEqual({
      INVALID: -1,
      NOT_FOUND: -2,
      TIMEOUT: -3,
      DENIED: -4,
      TOO_LARGE: -5,
      CANCELLED: -6,
      REMOTE: -7,
      BUSY: -8,
      CLOSED: -9,
      UNSUPPORTED: -10,
      DEADLOCK: -11,
    });
  });

  test.each(codes)("%s is found by its number, and has a sentence of its own", (code, number) => {
    expect(errorCodeOf(number)).toBe(code);
    expect(failure(code)).toEqual({ code, reason: ERROR_SENTENCES[code] });
    expect(ERROR_SENTENCES[code]).toMatch(/^[A-Z].*\.$/);
  });

  test("other numbers are no codes", () => {
    for (const number of [0, 1, -12, -0.5]) expect(errorCodeOf(number)).toBeUndefined();
  });

  test("a better sentence replaces the code's own", () => {
    expect(failure("BUSY", "The mailbox of cloud/a is full.").reason).toBe("The mailbox of cloud/a is full.");
  });
});
