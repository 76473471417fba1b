/**
 * Envelopes: what atoms send each other, and what the outside world puts into a mailbox.
 * A run of envelopes is encoded once, by the sender; the same bytes are its outbox row, the frame's body on the
 * wire and the receiver's mailbox row.
 */
import { ByteReader, ByteWriter } from "./bytes.ts";
import { ERROR_CODES, errorCodeOf, type ErrorCode } from "./errors.ts";
import type { ChannelClass } from "./frame.ts";
import type { GlobalName } from "./names.ts";

/** An atom that waits, and the request that it waits for. */
export interface ChainLink {
  readonly atom: GlobalName;
  readonly request: number;
}

export type Envelope =
  | { readonly kind: "message"; readonly payload: Uint8Array }
  | {
      readonly kind: "request";
      readonly id: number;
      readonly chain: readonly ChainLink[];
      readonly payload: Uint8Array;
    }
  | { readonly kind: "reply"; readonly id: number; readonly payload: Uint8Array }
  | { readonly kind: "failure"; readonly id: number; readonly code: ErrorCode; readonly reason: string }
  | { readonly kind: "interrupt"; readonly signal: number; readonly payload: Uint8Array }
  /** Only ever put into a mailbox by the atom's own object; `head` is the JSON of `radon:http.head`. */
  | { readonly kind: "http"; readonly id: number; readonly head: Uint8Array; readonly payload: Uint8Array };

/** What `receive` can return. */
export type MessageEnvelope = Extract<Envelope, { kind: "message" | "request" | "http" }>;
export type InterruptEnvelope = Extract<Envelope, { kind: "interrupt" }>;
/** What a mailbox holds. */
export type MailEnvelope = MessageEnvelope | InterruptEnvelope;
export type ReplyEnvelope = Extract<Envelope, { kind: "reply" | "failure" }>;

/** Where a request's chain stands in it, after its kind and its id. */
const CHAIN_AT = 9;
const MESSAGE = 0;
const KINDS = ["message", "request", "reply", "failure", "interrupt", "http"] as const;

export function writeEnvelope(writer: ByteWriter, envelope: Envelope): void {
  writer.u8(KINDS.indexOf(envelope.kind));
  switch (envelope.kind) {
    case "message":
      break;
    case "request":
      writer.f64(envelope.id);
      writer.u8(envelope.chain.length);
      for (const link of envelope.chain) {
        writer.text(link.atom);
        writer.f64(link.request);
      }
      break;
    case "reply":
      writer.f64(envelope.id);
      break;
    case "failure":
      writer.f64(envelope.id);
      writer.i32(ERROR_CODES[envelope.code]);
      writer.text(envelope.reason);
      return;
    case "interrupt":
      writer.i32(envelope.signal);
      break;
    case "http":
      writer.f64(envelope.id);
      writer.bytes(envelope.head);
      break;
  }
  writer.bytes(envelope.payload);
}

/** A message whose payload stands elsewhere. */
export function writeMessage(writer: ByteWriter, source: DataView, start: number, length: number): void {
  writer.u8(MESSAGE);
  writer.bytesFrom(source, start, length);
}

export function readEnvelope(reader: ByteReader): Envelope {
  const kind = KINDS[reader.u8()];
  switch (kind) {
    case "message":
      return { kind, payload: reader.bytes() };
    case "request": {
      const id = reader.f64();
      const chain = Array.from({ length: reader.u8() }, () => readChainLink(reader));
      return { kind, id, chain, payload: reader.bytes() };
    }
    case "reply":
      return { kind, id: reader.f64(), payload: reader.bytes() };
    case "failure":
      return { kind, id: reader.f64(), code: errorCodeOf(reader.i32()) ?? "REMOTE", reason: reader.text() };
    case "interrupt":
      return { kind, signal: reader.i32(), payload: reader.bytes() };
    case "http":
      return { kind, id: reader.f64(), head: reader.bytes(), payload: reader.bytes() };
    default:
      throw new RangeError("A record holds an envelope of an unknown kind.");
  }
}

function readChainLink(reader: ByteReader): ChainLink {
  return { atom: reader.text() as GlobalName, request: reader.f64() };
}

export function encodeEnvelopes(envelopes: readonly Envelope[]): Uint8Array {
  const writer = new ByteWriter();
  for (const envelope of envelopes) writeEnvelope(writer, envelope);
  return writer.finish();
}

/** The channel that envelopes of a kind go by. */
export function channelOf(kind: Envelope["kind"]): ChannelClass {
  if (kind === "reply" || kind === "failure") return "reply";
  return kind === "interrupt" ? "interrupt" : "mail";
}

/** Where each envelope of an encoded run starts, and where the last one ends. */
export function envelopeStarts(run: Uint8Array): number[] {
  const view = new DataView(run.buffer, run.byteOffset, run.byteLength);
  const starts = [0];
  let at = 0;
  while (at < run.length) {
    at = run[at] === MESSAGE ? endOfBytes(view, at + 1) : envelopeEnd(view, at);
    starts.push(at);
  }
  if (at > run.length) throw new RangeError(`A record ends ${at - run.length} bytes early.`);
  return starts;
}

/** True if the envelope that starts at `at` is a one-way message, as most are. */
export function isMessageAt(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === MESSAGE;
}

/** The kind of the envelope that starts at `at`. */
export function kindOf(bytes: Uint8Array, at: number): Envelope["kind"] {
  return KINDS[bytes[at] as number] as Envelope["kind"];
}

/** How long the payload of the envelope there is. */
export function payloadBytesOf(run: DataView, at: number): number {
  return run.getUint32(payloadAt(run, at), true);
}

/** The id of the request, or HTTP request, there. */
export function requestIdOf(run: DataView, at: number): number {
  return run.getFloat64(at + 1, true);
}

/** How long the chain of the request there is, its links together. */
export function chainBytesOf(run: DataView, at: number): number {
  return endOfChain(run, at + CHAIN_AT) - (at + CHAIN_AT + 1);
}

/** Of the chain of the request there, the requests of one atom; its name as bytes. */
export function requestsInChain(run: DataView, at: number, atom: Uint8Array): number[] {
  const requests: number[] = [];
  let name = at + CHAIN_AT + 1;
  for (let left = run.getUint8(at + CHAIN_AT); left > 0; left--) {
    const end = endOfBytes(run, name);
    if (isAt(atom, run, name + 4, end)) requests.push(run.getFloat64(end, true));
    name = end + 8;
  }
  return requests;
}

function isAt(bytes: Uint8Array, run: DataView, start: number, end: number): boolean {
  if (bytes.length !== end - start) return false;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== run.getUint8(start + at)) return false;
  return true;
}

function envelopeEnd(run: DataView, at: number): number {
  return endOfBytes(run, payloadAt(run, at));
}

/** Where the length of the payload stands, or of what ends the envelope in its place. */
function payloadAt(run: DataView, at: number): number {
  const kind = KINDS[run.getUint8(at)];
  switch (kind) {
    case "message":
      return at + 1;
    case "request":
      return endOfChain(run, at + CHAIN_AT);
    case "reply":
      return at + 9;
    case "failure":
      return at + 13;
    case "interrupt":
      return at + 5;
    case "http":
      return endOfBytes(run, at + 9);
    default:
      throw new RangeError("A record holds an envelope of an unknown kind.");
  }
}

function endOfChain(view: DataView, at: number): number {
  let end = at + 1;
  for (let left = view.getUint8(at); left > 0; left--) end = endOfBytes(view, end) + 8;
  return end;
}

function endOfBytes(view: DataView, at: number): number {
  return at + 4 + view.getUint32(at, true);
}

/** The envelopes of an encoded run; their payloads are views into `bytes`. */
export function decodeEnvelopes(bytes: Uint8Array): Envelope[] {
  const reader = new ByteReader(bytes);
  const envelopes: Envelope[] = [];
  while (!reader.done) envelopes.push(readEnvelope(reader));
  return envelopes;
}
