import { describe, expect, test } from "vitest";
import { encodeEnvelopes, type Envelope } from "../../durable/core/envelope.ts";
import {
  INTERRUPT_BYTES_MAX,
  INTERRUPTS_PENDING_MAX,
  MAILBOX_BYTES_MAX,
  MAILBOX_MESSAGES_MAX,
} from "../../durable/core/limits.ts";
import { Mailbox, type Mail } from "../../durable/core/mailbox.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { fits } from "../../durable/core/outgoing.ts";
import { accept as acceptFrom } from "./encoded.ts";

const SELF = "cloud/self" as GlobalName;
const PEER = "edge/peer" as GlobalName;

const message = (byte: number): Envelope => ({ kind: "message", payload: new Uint8Array([byte]) });
const interrupt = (signal: number): Envelope => ({ kind: "interrupt", signal, payload: new Uint8Array(0) });
const request = (id: number, ...chain: [GlobalName, number][]): Envelope => ({
  kind: "request",
  id,
  chain: chain.map(([atom, waiting]) => ({ atom, request: waiting })),
  payload: new Uint8Array(0),
});

function mailboxOf(persistent = true): Mailbox {
  return new Mailbox(SELF, 100, persistent);
}

function accept(mailbox: Mailbox, ...envelopes: Envelope[]): void {
  acceptFrom(mailbox, PEER, ...envelopes);
}

/** Accepts messages and takes them. */
function taken(mailbox: Mailbox, ...envelopes: Envelope[]): Mail[] {
  accept(mailbox, ...envelopes);
  return envelopes.map(() => mailbox.takeMessage() as Mail);
}

function restart(store: MemoryStore, persistent = true): Mailbox {
  const mailbox = new Mailbox(SELF, 1_000, persistent);
  const { mail, attempts } = store.load();
  mailbox.restore(mail, attempts);
  return mailbox;
}

function drain(mailbox: Mailbox): number[] {
  const positions: number[] = [];
  for (let mail = mailbox.takeMessage(); mail; mail = mailbox.takeMessage()) positions.push(mail.position);
  return positions;
}

describe("the mailbox", () => {
  test("1: messages are handed out in order of position", () => {
    const mailbox = mailboxOf();
    accept(mailbox, message(1), message(2));
    accept(mailbox, message(3));
    expect(drain(mailbox)).toEqual([100, 101, 102]);
    expect(mailbox.nextPosition).toBe(103);
  });

  test("1: one that was handed out stays held until it is consumed or put back", () => {
    const mailbox = mailboxOf();
    accept(mailbox, message(1));
    const mail = mailbox.takeMessage() as Mail;
    expect([mailbox.holds(mail), mailbox.hasMessage, mailbox.empty]).toEqual([true, false, false]);
    mailbox.putBack();
    expect([mailbox.holds(mail), mailbox.hasMessage]).toEqual([false, true]);
    mailbox.takeMessage();
    mailbox.consume(mail);
    expect([mailbox.holds(mail), mailbox.empty]).toEqual([false, true]);
  });

  test("1: a re-entrant request that was taken out of order goes back to its place", () => {
    const mailbox = mailboxOf();
    accept(mailbox, message(1), message(2), request(1, [SELF, 7]), message(3));
    mailbox.takeMessage();
    expect(mailbox.takeReentrant(new Set([7]))?.position).toBe(102);
    mailbox.putBack();
    expect(drain(mailbox)).toEqual([100, 101, 102, 103]);
  });

  test("a request re-enters only by a link of this atom that is awaited", () => {
    const mailbox = mailboxOf();
    accept(mailbox, request(1, [PEER, 7]), request(2, [SELF, 7], [PEER, 3]), request(3, [SELF, 8]));
    expect(mailbox.takeReentrant(new Set([3]))).toBeUndefined();
    expect(mailbox.takeReentrant(new Set([8, 7]))?.position).toBe(101);
    expect(mailbox.takeReentrant(new Set([7]))).toBeUndefined();
    expect(drain(mailbox)).toEqual([100, 102]);
  });

  test("interrupts and messages are two queues", () => {
    const mailbox = mailboxOf();
    accept(mailbox, message(1), interrupt(5), message(2), interrupt(6));
    expect(mailbox.takeInterrupt()?.envelope.signal).toBe(5);
    expect(drain(mailbox)).toEqual([100, 102]);
    mailbox.putBack();
    expect(mailbox.takeInterrupt()?.envelope.signal).toBe(5);
  });

  test("attempts count the deliveries, the one under way included", () => {
    const mailbox = mailboxOf();
    accept(mailbox, message(1));
    for (const attempt of [1, 2, 3]) {
      expect(mailbox.takeMessage()?.attempt).toBe(attempt);
      mailbox.putBack();
    }
  });

  test("several that are put back together, again and again, are each delivered once each time", () => {
    const mailbox = mailboxOf();
    accept(mailbox, message(1), message(2), message(3));
    for (const attempt of [1, 2, 3]) {
      const mails = [mailbox.takeMessage(), mailbox.takeMessage()] as [Mail, Mail];
      expect(mails.map((mail) => [mail.position, mail.attempt])).toEqual([
        [100, attempt],
        [101, attempt],
      ]);
      mailbox.putBack();
    }
    expect(drain(mailbox)).toEqual([100, 101, 102]);
  });

  test("a mail that is held for long, with many consumed meanwhile, is the only one that is put back", () => {
    const mailbox = mailboxOf();
    const [first] = taken(mailbox, message(0)) as [Mail];
    for (let i = 0; i < 100; i++) for (const mail of taken(mailbox, message(1), message(2))) mailbox.consume(mail);
    mailbox.putBack();
    expect([mailbox.takeMessage(), mailbox.takeMessage()]).toEqual([first, undefined]);
  });

  test("attempts and traps survive a restart, if a commit came between", () => {
    const store = new MemoryStore();
    const mailbox = mailboxOf();
    accept(mailbox, message(1));
    (mailbox.takeMessage() as Mail).traps = 2;
    mailbox.putBack();
    store.commit(mailbox.changes());
    const after = restart(store);
    const mail = after.takeMessage() as Mail;
    expect([mail.attempt, mail.traps]).toEqual([2, 2]);
    after.consume(mail);
    store.commit(after.changes());
    expect(store.load()).toMatchObject({ mail: [], attempts: [] });
  });

  test("a delivery that went over a commit is no first attempt after a crash", () => {
    const store = new MemoryStore();
    const mailbox = mailboxOf();
    accept(mailbox, message(1), message(2));
    mailbox.takeMessage();
    mailbox.noteDeliveryUnderWay();
    store.commit(mailbox.changes());
    mailbox.noteDeliveryUnderWay();
    expect(mailbox.changes()).toEqual([]);
    const after = restart(store);
    expect([after.takeMessage()?.attempt, after.takeMessage()?.attempt]).toEqual([2, 1]);
  });

  test("a trap after a delivery that the store knows of is written, too", () => {
    const mailbox = mailboxOf();
    accept(mailbox, message(1));
    const mail = mailbox.takeMessage() as Mail;
    mailbox.noteDeliveryUnderWay();
    mailbox.changes();
    mail.traps = 1;
    mailbox.putBack();
    expect(mailbox.changes()).toEqual([{ kind: "attempt.put", record: { position: 100, attempt: 1, traps: 1 } }]);
  });

  test("2: changes that were handed out do not change any more", () => {
    const mailbox = mailboxOf();
    const [first, second] = taken(mailbox, message(1), message(2), message(3)) as [Mail, Mail];
    const put = mailbox.changes();
    mailbox.consume(first);
    const done = mailbox.changes();
    mailbox.consume(second);
    expect(put).toMatchObject([{ record: { done: new Uint8Array([0]) } }]);
    expect(done).toMatchObject([{ done: new Uint8Array([1]) }]);
  });

  test("2: what was consumed before it was ever stored is never written", () => {
    const mailbox = mailboxOf();
    for (const mail of taken(mailbox, message(1), message(2))) mailbox.consume(mail);
    expect(mailbox.changes()).toEqual([]);
  });

  test("2: consumption is a bit in the record, and the last bit deletes it", () => {
    const mailbox = mailboxOf();
    const [first, second] = taken(mailbox, message(1), message(2)) as [Mail, Mail];
    expect(mailbox.changes()).toMatchObject([{ kind: "mail.put", record: { first: 100, count: 2, from: PEER } }]);
    mailbox.consume(second);
    mailbox.consume(second);
    expect(mailbox.changes()).toEqual([{ kind: "mail.done", first: 100, done: new Uint8Array([2]) }]);
    mailbox.consume(first);
    expect(mailbox.changes()).toEqual([{ kind: "mail.delete", first: 100 }]);
    expect(mailbox.changes()).toEqual([]);
  });

  test("3: full by messages, full by bytes; what was held still counts", () => {
    const mailbox = mailboxOf();
    accept(mailbox, ...Array.from({ length: MAILBOX_MESSAGES_MAX - 1 }, () => message(1)));
    expect([mailbox.full, fits({ messages: 1, bytes: 0 }, mailbox.room)]).toEqual([false, false]);
    accept(mailbox, message(1));
    const mail = mailbox.takeMessage() as Mail;
    expect(mailbox.full).toBe(true);
    mailbox.consume(mail);
    expect([mailbox.full, mailbox.roomy, mailbox.count]).toEqual([true, false, MAILBOX_MESSAGES_MAX - 1]);
    const heavy = mailboxOf();
    accept(heavy, { kind: "message", payload: new Uint8Array(MAILBOX_BYTES_MAX / 2) });
    expect([heavy.full, heavy.roomy]).toEqual([false, false]);
    accept(heavy, { kind: "message", payload: new Uint8Array(MAILBOX_BYTES_MAX / 2) });
    expect(heavy.full).toBe(true);
  });

  test("3: what was full takes nothing until half of each bound is free", () => {
    const mailbox = mailboxOf();
    const half = MAILBOX_BYTES_MAX / 2;
    accept(mailbox, { kind: "message", payload: new Uint8Array(half) }, ...Array.from({ length: 8 }, () => message(1)));
    accept(mailbox, { kind: "message", payload: new Uint8Array(half) });
    const large = mailbox.takeMessage() as Mail;
    for (let i = 0; i < 8; i++) mailbox.consume(mailbox.takeMessage() as Mail);
    expect([mailbox.full, mailbox.room]).toEqual([true, { messages: 0, bytes: 0 }]);
    mailbox.consume(mailbox.takeMessage() as Mail);
    expect([mailbox.full, mailbox.roomy]).toEqual([true, false]);
    mailbox.consume(large);
    expect([mailbox.full, mailbox.room.messages]).toEqual([false, MAILBOX_MESSAGES_MAX]);
  });

  test("3: interrupts have bounds of their own, by count and by bytes", () => {
    const mailbox = mailboxOf();
    accept(mailbox, ...Array.from({ length: INTERRUPTS_PENDING_MAX }, () => interrupt(1)));
    expect([mailbox.interruptsFull, mailbox.full, mailbox.roomy]).toEqual([true, false, false]);
    const heavy = mailboxOf();
    accept(heavy, { kind: "interrupt", signal: 1, payload: new Uint8Array(INTERRUPT_BYTES_MAX) });
    expect(heavy.interruptsFull).toBe(true);
    heavy.consume(heavy.takeInterrupt() as Mail);
    expect([heavy.interruptsFull, heavy.roomy]).toEqual([false, true]);
  });

  test("whether somebody waits for an answer is known at once, and all who wait are taken together", () => {
    const mailbox = mailboxOf();
    expect(mailbox.hasRequest).toBe(false);
    accept(mailbox, message(1), request(1), message(2), request(2));
    expect(mailbox.hasRequest).toBe(true);
    const taken = mailbox.takeRequests();
    expect(taken.map(({ position }) => position)).toEqual([101, 103]);
    for (const mail of taken) mailbox.consume(mail);
    expect([mailbox.hasRequest, mailbox.count]).toEqual([false, 2]);
    expect(drain(mailbox)).toEqual([100, 102]);
  });

  test("4: a volatile mailbox writes nothing, and keeps no books of what it will not write", () => {
    const mailbox = mailboxOf(false);
    for (let i = 0; i < 3; i++) {
      accept(mailbox, message(i));
      const mail = mailbox.takeMessage() as Mail;
      mailbox.noteDeliveryUnderWay();
      expect(mailbox.changes()).toEqual([]);
      mailbox.consume(mail);
    }
    expect(mailbox.changes()).toEqual([]);
  });

  test("4: a mailbox that becomes volatile writes nothing from then on", () => {
    const mailbox = mailboxOf();
    const mails = taken(mailbox, message(1));
    expect(mailbox.changes()).toMatchObject([{ kind: "mail.put" }]);
    for (const mail of mails) mailbox.consume(mail);
    expect(mailbox.changes()).toMatchObject([{ kind: "mail.delete" }]);
    mailbox.forgoStore();
    accept(mailbox, message(2));
    expect(mailbox.changes()).toEqual([]);
  });

  test("a thousand messages in, a thousand out, many times over", () => {
    const mailbox = mailboxOf();
    const body = encodeEnvelopes(Array.from({ length: 1_000 }, (_, i) => message(i & 255)));
    for (let round = 0; round < 100; round++) {
      mailbox.accept(PEER, body);
      for (let mail = mailbox.takeMessage(); mail; mail = mailbox.takeMessage()) {
        mailbox.noteDeliveryUnderWay();
        mailbox.consume(mail);
      }
      mailbox.changes();
    }
    expect(mailbox.empty).toBe(true);
  }, 3_000);
});
