/**
 * The SDK's one idiom for failures. A function that can fail answers `null` (where it answers a value) or `false`
 * (where it acts), and `lastError()` then tells why. Like `errno`, it is of the latest call that failed: a success
 * leaves it alone.
 */
import { core_last_error } from "./abi";
import { textOf } from "./bytes";

/** The error codes of the ABI. */
export enum ErrorCode {
  /** Nothing has failed yet. */
  NONE = 0,
  INVALID = -1,
  NOT_FOUND = -2,
  TIMEOUT = -3,
  DENIED = -4,
  TOO_LARGE = -5,
  CANCELLED = -6,
  /** The peer answered with a failure. */
  REMOTE = -7,
  /** Back-pressure: try again later. */
  BUSY = -8,
  /** The atom is being stopped. */
  CLOSED = -9,
  UNSUPPORTED = -10,
  /** The request came back to an atom that waits for it. */
  DEADLOCK = -11,
}

/** Why a call failed. */
export class RadonError {
  constructor(
    /** What a program decides by. */
    readonly code: ErrorCode,
    /** The sentence for a human being. */
    readonly message: string,
  ) {}

  /** The code's name, such as `TIMEOUT`. */
  get name(): string {
    return nameOf(this.code);
  }

  /** `TIMEOUT: the sentence` */
  toString(): string {
    return this.name + ": " + this.message;
  }
}

let lastCode: i32 = ErrorCode.NONE;
/** The sentence of a failure that the SDK found itself; empty where the runtime has it. */
let ownMessage: string = "";

/** The latest failure of this atom's calls. */
export function lastError(): RadonError {
  const message = ownMessage.length > 0 || lastCode == ErrorCode.NONE ? ownMessage : textOf(core_last_error(0, 0));
  return new RadonError(<ErrorCode>lastCode, message);
}

/** Passes a result of the ABI through, and remembers it if it is an error code. */
export function checked<T extends number>(result: T): T {
  if (result < 0) {
    lastCode = <i32>result;
    ownMessage = "";
  }
  return result;
}

/** True if a result of the ABI is no error. */
export function succeeded<T extends number>(result: T): bool {
  return checked<T>(result) >= 0;
}

/** Records a failure that the SDK found itself. */
export function fails(code: ErrorCode, message: string): void {
  lastCode = code;
  ownMessage = message;
}

function nameOf(code: ErrorCode): string {
  switch (code) {
    case ErrorCode.NONE:
      return "NONE";
    case ErrorCode.INVALID:
      return "INVALID";
    case ErrorCode.NOT_FOUND:
      return "NOT_FOUND";
    case ErrorCode.TIMEOUT:
      return "TIMEOUT";
    case ErrorCode.DENIED:
      return "DENIED";
    case ErrorCode.TOO_LARGE:
      return "TOO_LARGE";
    case ErrorCode.CANCELLED:
      return "CANCELLED";
    case ErrorCode.REMOTE:
      return "REMOTE";
    case ErrorCode.BUSY:
      return "BUSY";
    case ErrorCode.CLOSED:
      return "CLOSED";
    case ErrorCode.UNSUPPORTED:
      return "UNSUPPORTED";
    case ErrorCode.DEADLOCK:
      return "DEADLOCK";
    default:
      return `ERROR_${<i32>code}`;
  }
}
