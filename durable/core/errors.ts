/**
 * The error codes of the ABI (docs/abi.md, section 1), each with the sentence that a user reads.
 * An expected failure travels as a value of `Failure`; exceptions are for bugs.
 */
export const ERROR_CODES = {
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
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The default sentence of each code, used where no better one is known. */
export const ERROR_SENTENCES: Readonly<Record<ErrorCode, string>> = {
  INVALID: "An argument is malformed.",
  NOT_FOUND: "There is nothing of that name.",
  TIMEOUT: "The time allowed for the call ran out.",
  DENIED: "The atom's configuration does not grant this.",
  TOO_LARGE: "The value is larger than its limit.",
  CANCELLED: "The future was cancelled.",
  REMOTE: "The peer answered with a failure.",
  BUSY: "The receiver or a queue on the way is full; try again later.",
  CLOSED: "The atom is being stopped or has ended.",
  UNSUPPORTED: "This runtime does not offer that.",
  DEADLOCK: "The request reached an atom that waits for it, and that atom answers no re-entrant requests.",
};

/** An expected failure: its code and the sentence for the user. */
export interface Failure {
  readonly code: ErrorCode;
  readonly reason: string;
}

/** Makes a failure; without a reason it carries the code's own sentence. */
export function failure(code: ErrorCode, reason: string = ERROR_SENTENCES[code]): Failure {
  return { code, reason };
}

const CODE_BY_NUMBER = new Map<number, ErrorCode>(
  Object.entries(ERROR_CODES).map(([code, number]) => [number, code as ErrorCode]),
);

/** The code of an ABI error number, or undefined where the number is none. */
export function errorCodeOf(number: number): ErrorCode | undefined {
  return CODE_BY_NUMBER.get(number);
}
