import { beforeEach, describe, expect, test } from "vitest";
import { utf8 } from "../../durable/core/bytes.ts";
import { failure } from "../../durable/core/errors.ts";
import { CHAIN_LENGTH_MAX } from "../../durable/core/limits.ts";
import { A, AtomNetwork, B, C, message, NOBODY, outsideRequest, replyText, textOf, type Node } from "./atom-network.ts";

let network: AtomNetwork;
let a: Node;
let b: Node;
beforeEach(() => {
  network = new AtomNetwork();
  a = network.add(A);
  b = network.add(B);
});

/** The text of a future's reply, its error code, or null as long as it is pending. */
function resultOf(node: Node, id: number): string | null {
  const outcome = node.atom.futures.peek(id)?.outcome;
  if (!outcome) return null;
  return outcome.kind === "failed" ? outcome.failure.code : new TextDecoder().decode(outcome.payload);
}

describe("requests between atoms", () => {
  test("a reply completes the future, once its turn is flushed", () => {
    const id = a.ask(B, "ping");
    network.settle();
    b.handle((mail) => b.reply(mail, `${textOf(mail)} pong`));
    expect(resultOf(a, id)).toBeNull();
    network.settle();
    expect(resultOf(a, id)).toBe("ping pong");
    expect([a.atom.idle, b.atom.idle]).toEqual([true, true]);
  });

  test("nobody but the atom that was asked answers, whatever ids another one guesses", () => {
    const c = network.add(C);
    const id = a.ask(B, "ping");
    const timer = a.atom.futures.create("timer", Infinity) as number;
    network.settle();
    c.atom.send(A, "reply", { kind: "reply", id, payload: utf8("forged") });
    c.atom.send(A, "reply", { kind: "failure", id: timer, code: "REMOTE", reason: "forged" });
    c.atom.commitTurn();
    network.settle();
    expect([resultOf(a, id), resultOf(a, timer)]).toEqual([null, null]);
    b.handle((mail) => b.reply(mail, "pong"));
    network.settle();
    expect(resultOf(a, id)).toBe("pong");
  });

  test("a failure carries its code and reason", () => {
    const id = a.ask(B, "ping");
    network.settle();
    b.handle((mail) => {
      const request = b.atom.openRequest(mail.position);
      if (request) b.atom.answer(request, { kind: "failure", failure: failure("REMOTE", "no") });
    });
    network.settle();
    expect(a.atom.futures.claim(id)).toEqual({ kind: "failed", failure: { code: "REMOTE", reason: "no" } });
  });

  test("a request is answered once a turn: the second answer finds none open", () => {
    a.ask(B, "ping");
    network.settle();
    const mail = b.take();
    b.reply(mail, "first");
    expect(b.atom.openRequest(mail.position)).toBeUndefined();
    b.atom.dropTurn();
    b.reply(mail, "second");
  });

  test("a dropped turn takes its reply back", () => {
    const id = a.ask(B, "ping");
    network.settle();
    b.reply(b.take(), "lost");
    b.atom.onStop();
    network.settle();
    expect(resultOf(a, id)).toBeNull();
    b.handle((mail) => b.reply(mail, "kept"));
    network.settle();
    expect(resultOf(a, id)).toBe("kept");
  });

  test("a reply that comes after the deadline, or after the instance, is dropped", () => {
    const late = a.ask(B, "late", network.nowMs + 10);
    const orphan = a.ask(B, "orphan");
    network.settle();
    b.handle((mail) => b.reply(mail, "pong"));
    network.nowMs += 10;
    a.atom.futures.tick(network.nowMs);
    expect(resultOf(a, late)).toBe("TIMEOUT");
    a.atom.onStop();
    network.settle();
    expect([a.atom.futures.peek(late), a.atom.futures.peek(orphan)]).toEqual([undefined, undefined]);
  });

  test("ids of futures are not given again after a restart, so that no old reply completes a new future", () => {
    const before = a.ask(B, "before");
    network.settle();
    a.restart();
    const after = a.ask(B, "after");
    expect(after).toBeGreaterThan(before);
    b.handle((mail) => b.reply(mail, "to the dead"));
    network.settle();
    expect(resultOf(a, after)).toBeNull();
  });

  test("ids and positions of a boot that crashed before its first flush may be used again: nobody saw them", () => {
    const first = a.atom.futures.create("timer", 0);
    const position = a.atom.deliver(() => message("lost"));
    a.restart();
    expect(a.atom.futures.create("timer", 0)).toBe(first);
    expect(a.deliver(message("new"))).toBe(position);
  });

  test("a chain of waiting atoms is bounded", () => {
    const chain = Array.from({ length: CHAIN_LENGTH_MAX }, (_, request) => ({ atom: B, request }));
    expect(a.atom.request(C, utf8(""), chain, Infinity)).toMatchObject({ code: "TOO_LARGE" });
    expect(a.atom.request(C, utf8(""), chain.slice(1), Infinity)).toBeTypeOf("number");
  });

  test("a request that re-enters a waiting atom is found by the request that it waits for", () => {
    const id = a.ask(B, "outer");
    network.settle();
    const outer = b.take();
    const chain = outer.envelope.kind === "request" ? outer.envelope.chain : [];
    expect(chain).toEqual([{ atom: A, request: id }]);
    b.atom.request(A, utf8("inner"), chain, Infinity);
    b.atom.commitTurn();
    network.settle();
    expect(a.atom.takeReentrant(new Set([id + 1]))).toBeUndefined();
    const inner = a.atom.takeReentrant(new Set([id]));
    expect(inner && textOf(inner)).toBe("inner");
  });
});

describe("requests that nobody may lose (invariant 4)", () => {
  test("a request whose message is consumed and not answered fails when the instance traps", () => {
    const id = a.ask(B, "ping");
    network.settle();
    b.receive();
    b.atom.onTrap("unreachable", null, network.nowMs);
    network.settle();
    expect(resultOf(a, id)).toBe("REMOTE");
  });

  test("a request whose message is consumed and not answered fails when the object starts anew", () => {
    const id = a.ask(B, "ping");
    network.settle();
    b.receive();
    b.flush();
    b.restart();
    network.settle();
    expect(resultOf(a, id)).toBe("REMOTE");
    b.flush();
    expect(b.store.load().open).toEqual([]);
  });

  test("a request that is not consumed comes again after a restart, and is answered then", () => {
    const id = a.ask(B, "ping");
    network.settle();
    b.take();
    b.restart();
    b.handle((mail) => b.reply(mail, `attempt ${mail.attempt}`));
    network.settle();
    expect(resultOf(a, id)).toBe("attempt 1");
  });

  test("a request whose token was taken outlives trap and restart", () => {
    const id = a.ask(B, "ping");
    network.settle();
    const mail = b.take();
    b.atom.takeToken(mail.position);
    b.atom.turn.consumed.push(mail);
    b.atom.commitTurn();
    b.atom.onTrap("unreachable", null, network.nowMs);
    b.flush();
    b.restart();
    network.settle();
    expect(resultOf(a, id)).toBeNull();
    expect(b.atom.isTaken(mail.position)).toBe(true);
    b.reply(mail, "much later");
    b.atom.commitTurn();
    network.settle();
    expect([resultOf(a, id), b.atom.openRequest(mail.position)]).toEqual(["much later", undefined]);
    expect(b.store.load().open).toEqual([]);
  });

  test("a token that was taken in a dropped turn is not taken", () => {
    a.ask(B, "ping");
    network.settle();
    const mail = b.take();
    b.atom.takeToken(mail.position);
    expect(b.atom.isTaken(mail.position)).toBe(true);
    b.atom.dropTurn();
    expect(b.atom.isTaken(mail.position)).toBe(false);
  });

  test("a request to an atom that does not exist fails with NOT_FOUND", () => {
    const id = a.ask(NOBODY, "ping");
    network.settle();
    expect(resultOf(a, id)).toBe("NOT_FOUND");
    expect([a.atom.idle, a.atom.deadLetterCount, a.store.load().outbox]).toEqual([true, 0, []]);
  });

  test("an atom that has ended refuses every request, and keeps its messages", () => {
    const id = a.ask(B, "ping");
    a.atom.send(B, "mail", message("keep me"));
    a.atom.commitTurn();
    const position = b.deliver(outsideRequest("outside"));
    network.settle();
    b.atom.refuseRequests(failure("CLOSED", "It has ended."));
    network.settle();
    expect(resultOf(a, id)).toBe("CLOSED");
    expect(b.answers.get(position)).toMatchObject({ kind: "failure", failure: { code: "CLOSED" } });
    expect([b.atom.mailbox.hasRequest, b.atom.mailbox.count, textOf(b.take())]).toEqual([false, 1, "keep me"]);
  });

  test("an atom may ask itself, and answers like any other", () => {
    const id = a.ask(A, "me");
    a.handle((mail) => a.reply(mail, "myself"));
    expect(resultOf(a, id)).toBe("myself");
    expect(a.atom.mailbox.empty).toBe(true);
  });
});

describe("requests from outside", () => {
  test("the answer is released by the flush that makes it durable", () => {
    const position = b.deliver(outsideRequest("ping"));
    b.flush();
    b.handle((mail) => b.reply(mail, "pong"));
    expect(b.answers.size).toBe(0);
    b.flush();
    expect(replyText(b.answers.get(position))).toBe("pong");
  });

  test("a repeated key is one message, and gets the answer of the first, even after a restart", () => {
    const position = b.deliver(outsideRequest("ping"));
    b.atom.idempotency.begin("key", position, network.nowMs);
    expect(b.atom.lookupKey("key")).toEqual({ kind: "pending", position });
    b.flush();
    b.restart();
    expect(b.atom.lookupKey("key")).toEqual({ kind: "pending", position });
    b.handle((mail) => b.reply(mail, "pong"));
    b.flush();
    b.restart();
    expect(b.atom.lookupKey("key")).toMatchObject({ kind: "answered", answer: { payload: utf8("pong") } });
  });

  test("answers do not pile up in memory: once they are flushed the store has them", () => {
    const position = b.deliver(outsideRequest("ping"));
    b.atom.idempotency.begin("key", position, network.nowMs);
    b.handle((mail) => b.reply(mail, "pong"));
    b.flush();
    b.store.commit([{ kind: "idempotency.expire", beforeMs: 0, keep: 0 }]);
    expect(b.atom.lookupKey("key")).toEqual({ kind: "new" });
  });

  test("a key whose message was not flushed is new after a crash", () => {
    b.atom.idempotency.begin("key", b.deliver(outsideRequest("ping")), network.nowMs);
    b.restart();
    expect([b.atom.lookupKey("key"), b.atom.mailbox.empty]).toEqual([{ kind: "new" }, true]);
  });

  test("a key whose request was given up over a restart has the failure as its answer", () => {
    const position = b.deliver(outsideRequest("ping"));
    b.atom.idempotency.begin("key", position, network.nowMs);
    b.flush();
    b.receive();
    b.flush();
    b.restart();
    b.flush();
    expect(b.atom.lookupKey("key")).toMatchObject({ kind: "answered", answer: { kind: "failure" } });
  });

  test("a volatile atom that lost the message takes the key for a new one", () => {
    const c = network.add(C, { durability: "volatile" });
    c.atom.idempotency.begin("key", c.deliver(outsideRequest("ping")), network.nowMs);
    c.flush();
    c.restart();
    expect([c.atom.lookupKey("key"), c.atom.mailbox.empty]).toEqual([{ kind: "new" }, true]);
  });
});

describe("an atom that lost its store", () => {
  test("takes no answer that its predecessor waited for", () => {
    const forgotten = a.ask(B, "for the one before");
    network.exchange();
    network.nowMs += 1;
    const next = network.add(A);
    const own = next.ask(B, "for me");
    b.reply(b.receive(), "to the one before");
    b.atom.commitTurn();
    network.settle();
    expect(own).toBeGreaterThan(forgotten);
    expect(next.atom.futures.peek(own)).toMatchObject({ outcome: null });
    b.reply(b.receive(), "to you");
    b.atom.commitTurn();
    network.settle();
    expect(next.atom.futures.claim(own)).toEqual({ kind: "completed", payload: utf8("to you") });
  });
});
