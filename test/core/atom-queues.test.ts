import { beforeEach, describe, expect, test } from "vitest";
import { utf8 } from "../../durable/core/bytes.ts";
import { encodeEnvelopes } from "../../durable/core/envelope.ts";
import type { Frame } from "../../durable/core/frame.ts";
import type { Departure } from "../../durable/core/lane.ts";
import {
  FRAME_MESSAGES_MAX,
  INTERRUPTS_PENDING_MAX,
  MAILBOX_MESSAGES_MAX,
  OUTBOX_BYTES_MAX,
  OUTBOX_MESSAGES_MAX,
} from "../../durable/core/limits.ts";
import type { OpenRequest } from "../../durable/core/store.ts";
import { A, AtomNetwork, B, Crash, FragileStore, message, textOf, type Node } from "./atom-network.ts";

let network: AtomNetwork;
let a: Node;
let b: Node;
beforeEach(() => {
  network = new AtomNetwork();
  a = network.add(A);
  b = network.add(B);
});

/** Sends numbered messages until BUSY, or `most`; how many were sent. A commit comes after each `perTurn`. */
function sendMany(from: Node, to: Node, most: number, perTurn = 1_000): number {
  let sent = 0;
  while (sent < most && !from.atom.send(to.settings.self, "mail", message(String(sent)))) {
    sent += 1;
    if (sent % perTurn === 0) from.atom.commitTurn();
  }
  from.atom.commitTurn();
  return sent;
}

function drain(node: Node): string[] {
  const texts: string[] = [];
  node.handle((mail) => texts.push(textOf(mail)));
  return texts;
}

describe("back-pressure", () => {
  test("what waits for one peer is bounded, within a turn and over turns; BUSY says so, and others are not held up", () => {
    expect(sendMany(a, b, Infinity)).toBe(OUTBOX_MESSAGES_MAX);
    expect(a.atom.send(B, "mail", message("more"))).toMatchObject({ code: "BUSY", reason: expect.stringContaining(B) });
    expect(a.atom.send(A, "mail", message("to itself"))).toBeUndefined();
    expect(a.atom.send(B, "interrupt", { kind: "interrupt", signal: 1, payload: new Uint8Array(0) })).toBeUndefined();
    a.flush();
    expect(a.atom.send(B, "mail", message("more"))).toMatchObject({ code: "BUSY" });
  });

  test("a commit in the midst of a turn, as of a guest that computes, leaves what the turn sent counted", () => {
    for (let i = 0; i < OUTBOX_MESSAGES_MAX - 1; i += 1) a.atom.send(B, "mail", message(String(i)));
    a.flush();
    expect(a.atom.turn.outgoing.empty).toBe(false);
    expect(a.atom.send(B, "mail", message("last"))).toBeUndefined();
    expect(a.atom.send(B, "mail", message("over"))).toMatchObject({ code: "BUSY" });
  });

  test("a dropped turn gives its places back", () => {
    expect(sendMany(a, b, OUTBOX_MESSAGES_MAX - 1)).toBe(OUTBOX_MESSAGES_MAX - 1);
    a.atom.send(B, "mail", message("last"));
    expect(a.atom.send(B, "mail", message("over"))).toMatchObject({ code: "BUSY" });
    a.atom.dropTurn();
    expect(a.atom.send(B, "mail", message("last"))).toBeUndefined();
    expect(a.atom.send(B, "mail", message("over"))).toMatchObject({ code: "BUSY" });
  });

  test("a full mailbox holds its bound and one run more, and everything comes in order in the end", () => {
    const count = sendMany(a, b, OUTBOX_MESSAGES_MAX);
    for (let i = 0; i < 20; i++) network.exchange();
    const more = sendMany(a, b, 5_000);
    expect(more).toBeGreaterThan(0);
    for (let i = 0; i < 20; i++) {
      network.exchange();
      network.nowMs += 100;
    }
    expect(b.atom.mailbox.full).toBe(true);
    expect(b.atom.mailbox.count).toBeLessThan(MAILBOX_MESSAGES_MAX + FRAME_MESSAGES_MAX);
    const got = drain(b);
    network.settle();
    got.push(...drain(b));
    const numbers = (most: number) => Array.from({ length: most }, (_, i) => String(i));
    expect(got).toEqual([...numbers(count), ...numbers(more)]);
    expect([a.atom.idle, b.atom.idle]).toEqual([true, true]);
  });

  test("one batch cannot overrun the bound, however many frames it has", () => {
    const envelopes = Array.from({ length: FRAME_MESSAGES_MAX }, () => message("x"));
    const body = encodeEnvelopes(envelopes);
    const frames = Array.from({ length: 50 }, (_, i): Frame => {
      const ends = { from: A, to: B, channel: "mail" as const, fromEpoch: 1, toEpoch: 0, base: 1 };
      return { ...ends, first: 1 + i * FRAME_MESSAGES_MAX, count: FRAME_MESSAGES_MAX, body };
    });
    b.atom.onBatch({ frames, acks: [] }, network.nowMs);
    expect(b.atom.mailbox.count).toBe(MAILBOX_MESSAGES_MAX);
    b.flush();
    expect(b.atom.peers.link(A).answer(network.nowMs).acks).toMatchObject([
      { status: "full", next: 1 + MAILBOX_MESSAGES_MAX },
    ]);
  });

  test("a sender that was refused is told of the room, and need not wait for its backoff", () => {
    sendMany(b, b, MAILBOX_MESSAGES_MAX);
    a.atom.send(B, "mail", message("refused"));
    a.atom.commitTurn();
    for (let i = 0; i < 12; i++) {
      network.exchange();
      network.nowMs += 10_000;
    }
    network.exchange();
    const blocked = a.atom.peers.link(B).dueAtMs();
    expect(blocked).toBeGreaterThan(network.nowMs + 1_000);
    drain(b);
    network.exchange();
    // The frame comes with the answer to B's news of the room.
    expect(drain(b)).toEqual(["refused"]);
  });

  test("a refusal that is over before it was told costs no retransmission's wait", () => {
    sendMany(b, b, MAILBOX_MESSAGES_MAX);
    a.atom.send(B, "mail", message("refused"));
    a.atom.commitTurn();
    a.flush();
    const departure = a.atom.peers.link(B).depart(network.nowMs) as Departure;
    b.atom.onBatch(departure.batch, network.nowMs);
    drain(b);
    for (let i = 0; i < 4; i++) network.exchange();
    expect(drain(b)).toEqual(["refused"]);
  });

  test("the outside is refused with BUSY, and what an atom sends to itself in one turn is bounded, too", () => {
    expect(sendMany(a, a, Infinity, Infinity)).toBe(MAILBOX_MESSAGES_MAX);
    expect(a.atom.deliver(() => message("outside"))).toMatchObject({ code: "BUSY" });
    for (let i = 1; i < MAILBOX_MESSAGES_MAX / 2; i++) a.receive();
    expect(a.atom.deliver(() => message("outside"))).toMatchObject({ code: "BUSY" });
    a.receive();
    expect(a.atom.deliver(() => message("outside"))).toBeTypeOf("number");
  });

  test("a full mailbox lets nobody in before half of it is free: else all comes again for each place that is", () => {
    sendMany(b, b, MAILBOX_MESSAGES_MAX);
    const sent = sendMany(a, b, 3 * FRAME_MESSAGES_MAX);
    const exchange = () => {
      network.nowMs += 10_000;
      network.exchange();
      return a.atom.peers.unacknowledged;
    };
    expect(exchange()).toBe(sent);
    for (let i = 1; i < MAILBOX_MESSAGES_MAX / 2; i++) b.receive();
    expect(exchange()).toBe(sent);
    b.receive();
    exchange();
    expect(exchange()).toBe(0);
  });

  test("interrupts have a bound of their own", () => {
    for (let i = 0; i < INTERRUPTS_PENDING_MAX; i++) a.deliver({ kind: "interrupt", signal: i, payload: utf8("") });
    expect(a.atom.deliver(() => ({ kind: "interrupt", signal: 0, payload: utf8("") }))).toMatchObject({ code: "BUSY" });
    expect(a.atom.deliver(() => message("still room"))).toBeTypeOf("number");
  });

  test("replies and interrupts are never blocked behind a full mailbox", () => {
    const id = a.ask(B, "question");
    network.settle();
    sendMany(a, a, Infinity);
    b.atom.send(A, "mail", message("has to wait"));
    b.handle((mail) => b.reply(mail, "answer"));
    b.atom.send(A, "interrupt", { kind: "interrupt", signal: 9, payload: utf8("") });
    b.atom.commitTurn();
    for (let i = 0; i < 3; i++) network.exchange();
    expect(a.atom.futures.peek(id)?.outcome).toMatchObject({ kind: "completed" });
    expect(a.atom.takeInterrupt()?.envelope.signal).toBe(9);
    expect(b.atom.peers.unacknowledged).toBe(1);
  });
});

describe("replies to an asker that does not take them", () => {
  const MEBIBYTE = new Uint8Array(2 ** 20);
  /** A asks `count` times, B has all of it, and then A is away. */
  const askAndLeave = (count: number) => {
    const ids = Array.from({ length: count }, () => a.ask(B, "question"));
    network.exchange();
    network.nodes.delete(A);
    return ids;
  };
  /** Replies to what waits, and consumes it; what `reply` answered. */
  const replyToAll = (perTurn: number) => {
    const codes: (string | undefined)[] = [];
    for (let mail = b.atom.takeMessage(); mail; mail = b.atom.takeMessage()) {
      codes.push(b.atom.reply(b.atom.openRequest(mail.position) as OpenRequest, MEBIBYTE)?.code);
      b.atom.turn.consumed.push(mail);
      if (codes.length % perTurn === 0) b.atom.commitTurn();
    }
    b.atom.commitTurn();
    b.flush();
    return codes;
  };

  test.each([
    ["a turn each", 1],
    ["one turn", Infinity],
  ])("are bounded, BUSY says so, and the request stays open (%s)", (_, perTurn) => {
    askAndLeave(30);
    const codes = replyToAll(perTurn);
    expect(codes.slice(0, 16)).toEqual(Array.from({ length: 16 }, () => undefined));
    expect(codes.slice(16)).toEqual(Array.from({ length: 14 }, () => "BUSY"));
    expect(b.atom.peers.link(A).channels.reply.sender.bytes).toBeLessThan(OUTBOX_BYTES_MAX + MEBIBYTE.length);
    expect(b.atom.requests.count).toBe(14);
  });

  test("a failure is always taken: every request ends", () => {
    askAndLeave(30);
    replyToAll(1);
    b.restart();
    expect(b.atom.requests.count).toBe(0);
  });

  test("until it takes them, nothing more of it is accepted, and it is told when it has", () => {
    const [first] = askAndLeave(17);
    replyToAll(1);
    network.nodes.set(A, a);
    a.ask(B, "one more");
    a.flush();
    const { batch } = a.atom.peers.link(B).depart(network.nowMs) as Departure;
    b.atom.onBatch(batch, network.nowMs);
    b.flush(true);
    expect([b.atom.mailbox.count, b.atom.peers.refusing]).toEqual([0, true]);
    network.settle();
    expect(a.atom.futures.claim(first as number)?.kind).toBe("completed");
    expect([drain(b), b.atom.peers.refusing]).toEqual([["one more"], false]);
  });
});

describe("6: a batch that cannot be read", () => {
  const frame = (first: number, body: Uint8Array, count = 1): Frame => {
    return { from: A, to: B, channel: "mail", fromEpoch: 1, toEpoch: 0, base: 1, first, count, body };
  };
  const good = encodeEnvelopes([message("good")]);
  /** As a newer build may send it. */
  const unknownKind = Uint8Array.of(99, 0, 0, 0, 0);

  test.each([
    ["for an envelope of an unknown kind", [frame(1, unknownKind), frame(2, good)]],
    ["for one that is behind a good one", [frame(1, good), frame(2, unknownKind)]],
    ["for an envelope that is cut off", [frame(1, good.subarray(0, good.length - 1))]],
    ["for a frame that holds more than it counts", [frame(1, Buffer.concat([good, good]))]],
  ])("%s, is refused whole: nothing of it is delivered or acknowledged", (_, frames) => {
    expect(() => b.atom.onBatch({ frames, acks: [] }, network.nowMs)).toThrow(RangeError);
    b.flush(true);
    expect(b.atom.peers.link(A).answer(network.nowMs).acks).toEqual([]);
    expect([b.atom.mailbox.count, b.atom.counters.received]).toEqual([0, 0]);
  });

  test("what comes again and can be read then is delivered", () => {
    expect(() => b.atom.onBatch({ frames: [frame(1, unknownKind)], acks: [] }, network.nowMs)).toThrow();
    b.atom.onBatch({ frames: [frame(1, good)], acks: [] }, network.nowMs);
    expect(drain(b)).toEqual(["good"]);
  });
});

describe("volatile atoms", () => {
  beforeEach(() => {
    b = network.add(B, { durability: "volatile" });
  });

  test("receive and acknowledge, and store neither mailbox nor outbox", () => {
    sendMany(a, b, 100);
    b.atom.send(A, "mail", message("back"));
    b.atom.commitTurn();
    network.settle();
    expect([drain(b).length, textOf(a.take()), a.atom.peers.unacknowledged]).toEqual([100, "back", 0]);
    expect(b.store.load()).toMatchObject({ mail: [], outbox: [], senders: [], receivers: [] });
  });

  test("keep their key-value store", () => {
    b.put("k", "v");
    b.atom.commitTurn();
    b.flush();
    b.restart();
    expect(b.get("k")).toBe("v");
  });

  test("are a new incarnation after a restart, which gets all that the old one did not acknowledge", () => {
    sendMany(a, b, 1);
    network.settle();
    const { epoch } = b.atom;
    b.restart();
    expect([b.atom.epoch > epoch, b.atom.mailbox.empty]).toEqual([true, true]);
    a.atom.send(B, "mail", message("to the new one"));
    a.atom.commitTurn();
    network.settle();
    expect([drain(b), a.atom.peers.unacknowledged]).toEqual([["to the new one"], 0]);
  });

  test("are heard after a restart, even if the clock went back", () => {
    b.atom.send(A, "mail", message("1"));
    b.atom.commitTurn();
    network.settle();
    network.nowMs -= 60_000;
    b.restart();
    b.atom.send(A, "mail", message("2"));
    b.atom.commitTurn();
    network.settle();
    expect([drain(a), b.atom.peers.unacknowledged]).toEqual([["1", "2"], 0]);
  });
});

describe("an atom whose durability changes", () => {
  /** Three messages are accepted and wait; of two that it sent the first has arrived, which it has not noted. */
  function durableWithWork(store: FragileStore): void {
    network = new AtomNetwork();
    a = network.add(A);
    b = network.add(B, {}, store);
    sendMany(a, b, 3);
    b.atom.send(A, "mail", message("sent 1"));
    b.atom.commitTurn();
    network.exchange();
    b.atom.send(A, "mail", message("sent 2"));
    b.atom.commitTurn();
    b.flush();
    expect(store.load()).toMatchObject({ mail: [{ count: 3 }], outbox: [{}, {}] });
  }

  /** Until there is nothing to do; a crash has it start anew from its store. */
  function work(store: FragileStore, got: string[]): void {
    for (let round = 0; round < 60; round++) {
      try {
        b.handle((mail) => {
          b.put(textOf(mail), `${b.get(textOf(mail)) ?? ""}x`);
          b.atom.send(A, "mail", message(`on ${textOf(mail)}`));
        });
        network.exchange();
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        store.crashed = false;
        b.restart();
      }
      network.nowMs += 100;
      got.push(...drain(a));
    }
  }

  test("from durable to volatile handles and sends what it had, once, whenever it crashes, and is volatile then", () => {
    for (let at = 0; at < 8; at++) {
      for (const when of ["before", "after"] as const) {
        const store = new FragileStore();
        durableWithWork(store);
        store.crashAt(at === 0 ? 0 : store.commits + at, when);
        b = network.add(B, { durability: "volatile" }, store);
        const got: string[] = [];
        work(store, got);
        expect([at, when, got.sort()]).toEqual([at, when, ["on 0", "on 1", "on 2", "sent 1", "sent 2"]]);
        expect(["0", "1", "2"].map((key) => b.get(key))).toEqual(["x", "x", "x"]);
        expect(store.load()).toMatchObject({ mail: [], attempts: [], outbox: [] });
        expect(store.load().state.get("durability")).toBe("volatile");
        store.crashAt(0, when);
        const { receivers } = store.load();
        sendMany(a, b, 1);
        b.atom.send(A, "mail", message("later"));
        b.atom.commitTurn();
        network.exchange();
        expect(store.load()).toMatchObject({ mail: [], outbox: [], receivers });
      }
    }
  });

  test("what it sends on the last message that it accepted while it was durable is not lost either", () => {
    const store = new FragileStore();
    network = new AtomNetwork();
    a = network.add(A);
    b = network.add(B, {}, store);
    sendMany(a, b, 1);
    network.exchange();
    expect(store.load()).toMatchObject({ mail: [{ count: 1 }], outbox: [] });
    b = network.add(B, { durability: "volatile" }, store);
    store.crashAt(store.commits + 1, "after");
    const got: string[] = [];
    work(store, got);
    expect([got, store.load().state.get("durability")]).toEqual([["on 0"], "volatile"]);
  });

  test("loses and repeats nothing, in either direction, either way", () => {
    const sent: string[] = [];
    const got: string[] = [];
    for (const [round, durability] of (["durable", "volatile", "durable", "volatile"] as const).entries()) {
      // The same store, opened by the object of the next deployment.
      b = network.add(B, { durability }, b.store);
      for (const text of [`${round} to b`, `${round} to a`]) sent.push(text);
      a.atom.send(B, "mail", message(`${round} to b`));
      b.atom.send(A, "mail", message(`${round} to a`));
      a.atom.commitTurn();
      b.atom.commitTurn();
      if (durability === "durable") b.flush();
      else network.settle();
      got.push(...drain(b), ...drain(a));
      b.flush();
    }
    network.settle();
    got.push(...drain(b), ...drain(a));
    expect(got.sort()).toEqual(sent.sort());
    expect([a.atom.idle, b.atom.idle]).toEqual([true, true]);
  });
});
