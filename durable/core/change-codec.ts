/**
 * Changes as bytes: what one commit writes, as one record of the journal.
 *
 * Invariants
 * 1. What is decoded is what was encoded, in its order.
 * 2. A record that is cut short, goes on after its end or holds an unknown tag is refused as a whole.
 * 3. Records outlive releases: tags are never given a new meaning, and another layout is another FORMAT.
 */
import { ByteReader, type ByteWriter } from "./bytes.ts";
import { CHANNEL_CLASSES, type ChannelClass } from "./frame.ts";
import type { GlobalName } from "./names.ts";
import type { Change, IdempotencyRecord, MailRecord, OpenRequest, OutboxRecord } from "./store.ts";

const FORMAT = 1;

/** What a journal does not hold: it is rare, and goes straight to the tables. */
export type RareKind = "dead.put" | "dead.delete" | "idempotency.expire";
export type JournalChange = Exclude<Change, { readonly kind: RareKind }>;

const TAGS = {
  kv: 1,
  "mail.put": 2,
  "mail.done": 3,
  "mail.delete": 4,
  "attempt.put": 5,
  "attempt.delete": 6,
  "open.put": 7,
  "open.delete": 8,
  "outbox.put": 9,
  "outbox.delete": 10,
  "sender.put": 11,
  "receiver.put": 12,
  "idempotency.put": 13,
  "idempotency.delete": 14,
  state: 15,
} as const satisfies Record<JournalChange["kind"], number>;

const KIND_OF = new Map(Object.entries(TAGS).map(([kind, tag]) => [tag as number, kind as JournalChange["kind"]]));
const OPEN_KINDS: readonly OpenRequest["kind"][] = ["request", "http"];

type Channel = Pick<OutboxRecord, "peer" | "channel">;

/** Writes the changes into `writer`, which is empty. */
export function encodeChanges(writer: ByteWriter, changes: readonly JournalChange[]): void {
  writer.u8(FORMAT);
  writer.u32(changes.length);
  for (const change of changes) {
    writer.u8(TAGS[change.kind]);
    writeChange(writer, change);
  }
}

/** Bytes of the changes are views into the record. Throws a RangeError that says what is wrong with it. */
export function decodeChanges(record: Uint8Array): JournalChange[] {
  const reader = new ByteReader(record);
  const format = reader.u8();
  if (format !== FORMAT) throw new RangeError(`A record of the format ${format}; this runtime reads ${FORMAT}.`);
  const changes: JournalChange[] = [];
  for (let left = reader.u32(); left > 0; left--) changes.push(readChange(reader));
  if (!reader.done) throw new RangeError("A record goes on after its last change.");
  return changes;
}

function writeChange(writer: ByteWriter, change: JournalChange): void {
  switch (change.kind) {
    case "kv":
      writer.text(change.key);
      return writeOptional(writer, change.value);
    case "mail.put":
      return writeMail(writer, change.record);
    case "mail.done":
      writer.f64(change.first);
      return writer.bytes(change.done);
    case "mail.delete":
      return writer.f64(change.first);
    case "attempt.put":
      writer.f64(change.record.position);
      writer.f64(change.record.attempt);
      return writer.f64(change.record.traps);
    case "attempt.delete":
      return writer.f64(change.position);
    case "open.put":
      return writeOpen(writer, change.request);
    case "open.delete":
      return writer.f64(change.token);
    case "outbox.put":
      return writeOutbox(writer, change.record);
    case "outbox.delete":
      writeChannel(writer, change);
      return writer.f64(change.below);
    case "sender.put":
      writeChannel(writer, change.record);
      writer.f64(change.record.next);
      writer.f64(change.record.base);
      return writer.f64(change.record.peerEpoch);
    case "receiver.put":
      writeChannel(writer, change.record);
      writer.f64(change.record.epoch);
      return writer.f64(change.record.next);
    case "idempotency.put":
      return writeIdempotency(writer, change.record);
    case "idempotency.delete":
      return writer.text(change.key);
    case "state":
      writer.text(change.name);
      return writer.text(change.value);
  }
}

function readChange(reader: ByteReader): JournalChange {
  const tag = reader.u8();
  const kind = KIND_OF.get(tag);
  switch (kind) {
    case "kv":
      return { kind, key: reader.text(), value: readOptional(reader) };
    case "mail.put":
      return { kind, record: readMail(reader) };
    case "mail.done":
      return { kind, first: reader.f64(), done: reader.bytes() };
    case "mail.delete":
      return { kind, first: reader.f64() };
    case "attempt.put":
      return { kind, record: { position: reader.f64(), attempt: reader.f64(), traps: reader.f64() } };
    case "attempt.delete":
      return { kind, position: reader.f64() };
    case "open.put":
      return { kind, request: readOpen(reader) };
    case "open.delete":
      return { kind, token: reader.f64() };
    case "outbox.put":
      return { kind, record: readOutbox(reader) };
    case "outbox.delete":
      return { kind, ...readChannel(reader), below: reader.f64() };
    case "sender.put": {
      const channel = readChannel(reader);
      return { kind, record: { ...channel, next: reader.f64(), base: reader.f64(), peerEpoch: reader.f64() } };
    }
    case "receiver.put":
      return { kind, record: { ...readChannel(reader), epoch: reader.f64(), next: reader.f64() } };
    case "idempotency.put":
      return { kind, record: readIdempotency(reader) };
    case "idempotency.delete":
      return { kind, key: reader.text() };
    case "state":
      return { kind, name: reader.text(), value: reader.text() };
    case undefined:
      throw new RangeError(`A record holds the unknown tag ${tag}.`);
  }
}

function writeMail(writer: ByteWriter, { first, count, from, body, done }: MailRecord): void {
  writer.f64(first);
  writer.u32(count);
  writer.text(from);
  writer.bytes(body);
  writer.bytes(done);
}

function readMail(reader: ByteReader): MailRecord {
  return {
    first: reader.f64(),
    count: reader.u32(),
    from: reader.text() as GlobalName | "",
    body: reader.bytes(),
    done: reader.bytes(),
  };
}

function writeOpen(writer: ByteWriter, { token, asker, request, kind, taken }: OpenRequest): void {
  writer.f64(token);
  writer.text(asker);
  writer.f64(request);
  writer.u8(OPEN_KINDS.indexOf(kind));
  writer.u8(taken ? 1 : 0);
}

function readOpen(reader: ByteReader): OpenRequest {
  return {
    token: reader.f64(),
    asker: reader.text() as GlobalName | "",
    request: reader.f64(),
    kind: known(OPEN_KINDS, reader.u8()),
    taken: reader.u8() === 1,
  };
}

function writeOutbox(writer: ByteWriter, record: OutboxRecord): void {
  writeChannel(writer, record);
  writer.f64(record.first);
  writer.u32(record.count);
  writer.bytes(record.body);
}

function readOutbox(reader: ByteReader): OutboxRecord {
  return { ...readChannel(reader), first: reader.f64(), count: reader.u32(), body: reader.bytes() };
}

function writeIdempotency(writer: ByteWriter, { key, atMs, position, answer }: IdempotencyRecord): void {
  writer.text(key);
  writer.f64(atMs);
  writer.f64(position);
  writeOptional(writer, answer);
}

function readIdempotency(reader: ByteReader): IdempotencyRecord {
  return { key: reader.text(), atMs: reader.f64(), position: reader.f64(), answer: readOptional(reader) };
}

function writeChannel(writer: ByteWriter, { peer, channel }: Channel): void {
  writer.text(peer);
  writer.u8(CHANNEL_CLASSES.indexOf(channel));
}

function readChannel(reader: ByteReader): Channel {
  return { peer: reader.text() as GlobalName, channel: known<ChannelClass>(CHANNEL_CLASSES, reader.u8()) };
}

function writeOptional(writer: ByteWriter, value: Uint8Array | null): void {
  writer.u8(value === null ? 0 : 1);
  if (value !== null) writer.bytes(value);
}

function readOptional(reader: ByteReader): Uint8Array | null {
  return reader.u8() === 0 ? null : reader.bytes();
}

function known<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new RangeError(`A record holds the unknown value ${index}.`);
  return value;
}
