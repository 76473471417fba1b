/** What simulated messages say: a number each, by which the ledger knows them, and, in large ones, nothing more. */
import { fromUtf8, utf8 } from "../../durable/core/bytes.ts";
import type { Envelope } from "../../durable/core/envelope.ts";
import type { Uid } from "./ledger.ts";

const NUMBER_BYTES = 8;
const FAIL_MARK = "answer ";

export function numbersToBytes(numbers: readonly number[], bytes = 0): Uint8Array {
  const payload = new Uint8Array(Math.max(bytes, numbers.length * NUMBER_BYTES));
  const view = new DataView(payload.buffer);
  numbers.forEach((number, index) => view.setFloat64(index * NUMBER_BYTES, number, true));
  return payload;
}

export function numberAt(payload: Uint8Array, index: number): number {
  return new DataView(payload.buffer, payload.byteOffset).getFloat64(index * NUMBER_BYTES, true);
}

/** The text of a failure that a script gives as an answer. */
export function failText(answer: Uid): string {
  return `${FAIL_MARK}${answer}`;
}

/** The answer that a failure's text stands for, or undefined if the runtime made it. */
export function answerOfFailure(reason: string): Uid | undefined {
  return reason.startsWith(FAIL_MARK) ? Number(reason.slice(FAIL_MARK.length)) : undefined;
}

/** The number of a message, an interrupt or an answer; undefined for failures that the runtime made. */
export function uidOf(envelope: Envelope): Uid | undefined {
  return envelope.kind === "failure" ? answerOfFailure(envelope.reason) : numberAt(envelope.payload, 0);
}

export { fromUtf8, utf8 };
