/**
 * The wire between two atom objects: batches of frames and acknowledgements, symmetric in both directions.
 *
 * Invariants
 * 1. A frame is a run of consecutive sequence numbers of one channel; it is cut once and never cut again.
 * 2. A batch may be lost, repeated or overtaken as a whole; nothing in it depends on another batch.
 */
import { ByteReader, ByteWriter } from "./bytes.ts";
import type { GlobalName } from "./names.ts";

/**
 * A directed pair of atoms has one channel a class, so that a full mailbox, which stops messages, never stops the
 * replies and interrupts behind them: those could be what the receiver is blocked on.
 */
export const CHANNEL_CLASSES = ["mail", "interrupt", "reply"] as const;
export type ChannelClass = (typeof CHANNEL_CLASSES)[number];

export interface Frame {
  readonly from: GlobalName;
  readonly to: GlobalName;
  readonly channel: ChannelClass;
  /** The incarnation that sends. */
  readonly fromEpoch: number;
  /** The incarnation that it is meant for; 0 as long as the sender knows of none. */
  readonly toEpoch: number;
  /** The first sequence number that this pair of incarnations uses. */
  readonly base: number;
  readonly first: number;
  readonly count: number;
  /** Encoded envelopes. */
  readonly body: Uint8Array;
}

/**
 * `full`: try again later. `replaced`: `toEpoch` is gone, `epoch` is there now. `unknown`: no such atom, so nothing below `next` was
 * taken. `again`: there is room again, and from `next` on all that has come was dropped.
 */
export const ACK_STATUSES = ["ok", "full", "replaced", "unknown", "again"] as const;
export type AckStatus = (typeof ACK_STATUSES)[number];

export interface Ack {
  /** The receiver of the frames, who acknowledges. */
  readonly from: GlobalName;
  readonly to: GlobalName;
  readonly channel: ChannelClass;
  /** The incarnation whose frames are acknowledged. */
  readonly toEpoch: number;
  /** The incarnation that acknowledges. */
  readonly epoch: number;
  /** Cumulative: everything below is accepted, or of an atom that is unknown, refused. */
  readonly next: number;
  readonly status: AckStatus;
}

export interface Batch {
  readonly frames: readonly Frame[];
  readonly acks: readonly Ack[];
}

export const EMPTY_BATCH: Batch = { frames: [], acks: [] };

/** The two ends of a batch; undefined if there is nothing in it. */
export function endsOf({ frames, acks }: Batch): Ends | undefined {
  return frames[0] ?? acks[0];
}

/** What a batch gets that is meant for an atom which does not exist: its sender learns that nobody will ever take the frames. */
export function refusalOf({ frames }: Batch): Batch {
  return { frames: [], acks: frames.map(unknownAck) };
}

function unknownAck({ from, to, channel, fromEpoch, first, count }: Frame): Ack {
  return { from: to, to: from, channel, toEpoch: fromEpoch, epoch: 0, next: first + count, status: "unknown" };
}

const WIRE_VERSION = 3;
/** All frames and acks of a batch have the same two ends, so the wire has their names once. */
export interface Ends {
  readonly from: GlobalName;
  readonly to: GlobalName;
}

const UNKNOWN = "" as GlobalName;
const NO_ENDS: Ends = { from: UNKNOWN, to: UNKNOWN };

/** Batches are encoded one after the other, most of them small: they share what they are written into. */
const scratch = new ByteWriter(4096);
const SCRATCH_BYTES_MAX = 16 * 1024;
/** What a frame or an ack takes at most without its body, and a batch without its names, which are of ASCII. */
const HEAD_BYTES_MAX = 64;

/** Throws a RangeError if the batch is not of one pair of atoms. */
export function encodeBatch(batch: Batch): Uint8Array {
  const { frames, acks } = batch;
  const ends = endsOf(batch);
  const bodies = frames.reduce((sum, { body }) => sum + body.length, 0);
  if (bodies <= SCRATCH_BYTES_MAX) {
    scratch.truncate(0);
    writeBatch(scratch, batch, ends);
    return scratch.finish();
  }
  // A large one is written where it stays.
  const names = (ends?.from.length ?? 0) + (ends?.to.length ?? 0);
  const writer = new ByteWriter(bodies + names + HEAD_BYTES_MAX * (1 + frames.length + acks.length));
  writeBatch(writer, batch, ends);
  return writer.written();
}

function writeBatch(writer: ByteWriter, { frames, acks }: Batch, ends: Ends | undefined): void {
  writer.u8(WIRE_VERSION);
  writer.text(ends?.from ?? "");
  writer.text(ends?.to ?? "");
  writer.u32(frames.length);
  for (const frame of frames) writeFrame(writer, frame, ends);
  writer.u32(acks.length);
  for (const ack of acks) writeAck(writer, ack, ends);
}

/** `likely`: the two ends that the batch probably has. */
export function decodeBatch(bytes: Uint8Array, likely: Ends = NO_ENDS): Batch {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  if (version !== WIRE_VERSION)
    throw new RangeError(`A batch of wire version ${version}; this runtime speaks ${WIRE_VERSION}.`);
  const ends: Ends = {
    from: reader.textLike(likely.from) as GlobalName,
    to: reader.textLike(likely.to) as GlobalName,
  };
  const frames: Frame[] = [];
  for (let left = reader.u32(); left > 0; left--) frames.push(readFrame(reader, ends));
  const acks: Ack[] = [];
  for (let left = reader.u32(); left > 0; left--) acks.push(readAck(reader, ends));
  return { frames, acks };
}

function writeFrame(writer: ByteWriter, frame: Frame, ends: Ends | undefined): void {
  checkEnds(frame, ends);
  writer.u8(CHANNEL_CLASSES.indexOf(frame.channel));
  writer.f64(frame.fromEpoch);
  writer.f64(frame.toEpoch);
  writer.f64(frame.base);
  writer.f64(frame.first);
  writer.u32(frame.count);
  writer.bytes(frame.body);
}

function readFrame(reader: ByteReader, { from, to }: Ends): Frame {
  return {
    from,
    to,
    channel: at(CHANNEL_CLASSES, reader.u8()),
    fromEpoch: readNumber(reader),
    toEpoch: readNumber(reader),
    base: readNumber(reader),
    first: readNumber(reader),
    count: reader.u32(),
    body: reader.bytes(),
  };
}

function writeAck(writer: ByteWriter, ack: Ack, ends: Ends | undefined): void {
  checkEnds(ack, ends);
  writer.u8(CHANNEL_CLASSES.indexOf(ack.channel));
  writer.f64(ack.toEpoch);
  writer.f64(ack.epoch);
  writer.f64(ack.next);
  writer.u8(ACK_STATUSES.indexOf(ack.status));
}

function readAck(reader: ByteReader, { from, to }: Ends): Ack {
  return {
    from,
    to,
    channel: at(CHANNEL_CLASSES, reader.u8()),
    toEpoch: readNumber(reader),
    epoch: readNumber(reader),
    next: readNumber(reader),
    status: at(ACK_STATUSES, reader.u8()),
  };
}

function readNumber(reader: ByteReader): number {
  const value = reader.f64();
  if (!isWireNumber(value))
    throw new RangeError(`A batch holds ${value} where an epoch or a sequence number has to be.`);
  return value;
}

/**
 * True of what may be an epoch, a sequence number or the id of a request. Whatever else a peer sends must not get as far as the journal:
 * a NaN, for one, is no number to SQLite, so that no checkpoint could ever write it, and the atom would not get past it.
 */
export function isWireNumber(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function checkEnds({ from, to }: Ends, ends: Ends | undefined): void {
  if (from === ends?.from && to === ends.to) return;
  throw new RangeError(`A batch from ${ends?.from} to ${ends?.to} holds something from ${from} to ${to}.`);
}

function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new RangeError(`A batch holds the unknown tag ${index}.`);
  return value;
}
