/** Random envelopes, batches and answers for property tests. */
import fc from "fast-check";
import type { Answer } from "../../durable/core/answer.ts";
import type { ChainLink, Envelope } from "../../durable/core/envelope.ts";
import { ERROR_CODES, type ErrorCode } from "../../durable/core/errors.ts";
import { ACK_STATUSES, CHANNEL_CLASSES, type Ack, type Batch, type Frame } from "../../durable/core/frame.ts";
import type { GlobalName } from "../../durable/core/names.ts";

export const bytes = fc.uint8Array({ maxLength: 40 });
export const integer = fc.maxSafeNat();
export const text = fc.string({ unit: "grapheme", maxLength: 20 });
export const errorCode = fc.constantFrom(...(Object.keys(ERROR_CODES) as ErrorCode[]));
export const globalName = fc
  .stringMatching(/^[A-Za-z0-9._-]{1,9}\/[A-Za-z0-9._-]{1,9}$/)
  .map((name) => name as GlobalName);

const i32 = fc.integer();
const chain: fc.Arbitrary<ChainLink[]> = fc.array(fc.record({ atom: globalName, request: integer }), { maxLength: 5 });

export const envelope: fc.Arbitrary<Envelope> = fc.oneof(
  fc.record({ kind: fc.constant("message" as const), payload: bytes }),
  fc.record({ kind: fc.constant("request" as const), id: integer, chain, payload: bytes }),
  fc.record({ kind: fc.constant("reply" as const), id: integer, payload: bytes }),
  fc.record({ kind: fc.constant("failure" as const), id: integer, code: errorCode, reason: text }),
  fc.record({ kind: fc.constant("interrupt" as const), signal: i32, payload: bytes }),
  fc.record({ kind: fc.constant("http" as const), id: integer, head: bytes, payload: bytes }),
);

const channel = fc.constantFrom(...CHANNEL_CLASSES);

export const frame: fc.Arbitrary<Frame> = fc.record({
  from: globalName,
  to: globalName,
  channel,
  fromEpoch: integer,
  toEpoch: integer,
  base: integer,
  first: integer,
  count: fc.nat(1000),
  body: bytes,
});

export const ack: fc.Arbitrary<Ack> = fc.record({
  from: globalName,
  to: globalName,
  channel,
  toEpoch: integer,
  epoch: integer,
  next: integer,
  status: fc.constantFrom(...ACK_STATUSES),
});

/** All of one pair of atoms; an empty one has no ends. */
export const batch: fc.Arbitrary<Batch> = fc
  .record({
    ends: fc.record({ from: globalName, to: globalName }),
    frames: fc.array(frame, { maxLength: 6 }),
    acks: fc.array(ack, { maxLength: 6 }),
  })
  .map(({ ends, frames, acks }) => ({
    frames: frames.map((each) => ({ ...each, ...ends })),
    acks: acks.map((each) => ({ ...each, ...ends })),
  }));

export const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({ kind: fc.constant("reply" as const), payload: bytes }),
  fc.record({
    kind: fc.constant("response" as const),
    status: fc.integer({ min: 200, max: 599 }),
    headers: fc.array(fc.tuple(text, text), { maxLength: 4 }),
    payload: bytes,
  }),
  fc.record({ kind: fc.constant("failure" as const), failure: fc.record({ code: errorCode, reason: text }) }),
);
