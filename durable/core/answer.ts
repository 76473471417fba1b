/** Answers to requests, and their record form for `Idempotency-Key`. */
import { alone, ByteReader, ByteWriter } from "./bytes.ts";
import { ERROR_CODES, errorCodeOf, type Failure } from "./errors.ts";

export type Header = readonly [name: string, value: string];

export type Answer =
  | { readonly kind: "reply"; readonly payload: Uint8Array }
  /** To an HTTP request, by `radon:http.respond`. */
  | {
      readonly kind: "response";
      readonly status: number;
      readonly headers: readonly Header[];
      readonly payload: Uint8Array;
    }
  /** `fail`, a trap or the runtime's own refusal. */
  | { readonly kind: "failure"; readonly failure: Failure };

export function encodeAnswer(answer: Answer): Uint8Array {
  const writer = new ByteWriter();
  switch (answer.kind) {
    case "reply":
      writer.u8(0);
      writer.bytes(answer.payload);
      break;
    case "response":
      writer.u8(1);
      writer.u32(answer.status);
      writer.text(JSON.stringify(answer.headers));
      writer.bytes(answer.payload);
      break;
    case "failure":
      writer.u8(2);
      writer.i32(ERROR_CODES[answer.failure.code]);
      writer.text(answer.failure.reason);
      break;
  }
  return writer.finish();
}

export function decodeAnswer(bytes: Uint8Array): Answer {
  const reader = new ByteReader(bytes);
  switch (reader.u8()) {
    case 0:
      return { kind: "reply", payload: alone(reader.bytes()) };
    case 1: {
      const status = reader.u32();
      return {
        kind: "response",
        status,
        headers: JSON.parse(reader.text()) as Header[],
        payload: alone(reader.bytes()),
      };
    }
    default:
      return { kind: "failure", failure: { code: errorCodeOf(reader.i32()) ?? "REMOTE", reason: reader.text() } };
  }
}
