import { beforeEach, describe, expect, test } from "vitest";
import type { MessageMail } from "../../durable/core/mailbox.ts";
import { BYSTANDER_ATTEMPTS, DEAD_LETTERS_MAX } from "../../durable/core/limits.ts";
import { decodeEnvelopes } from "../../durable/core/envelope.ts";
import { A, AtomNetwork, B, message, NOBODY, outsideRequest, textOf, type Node } from "./atom-network.ts";

const ATTEMPTS_MAX = 3;

let network: AtomNetwork;
let a: Node;
let b: Node;
beforeEach(() => {
  network = new AtomNetwork();
  a = network.add(A, { attemptsMax: ATTEMPTS_MAX });
  b = network.add(B);
});

/** A delivery that ends in a trap. */
function trap(node: Node, text = "unreachable"): MessageMail {
  const mail = node.take();
  node.put("half", "done");
  node.atom.onTrap(text, mail, network.nowMs);
  node.flush();
  return mail;
}

function letters(node: Node) {
  return node.atom.deadLetters(0, 100);
}

describe("traps", () => {
  test("a trap drops the turn, puts the message back in front, and raises its attempt", () => {
    for (const text of ["poison", "next"]) a.deliver(message(text));
    const first = trap(a);
    expect([textOf(first), a.get("half")]).toEqual(["poison", undefined]);
    const again = a.take();
    expect([textOf(again), again.attempt, again.traps]).toEqual(["poison", 2, 1]);
  });

  test("a message that traps its atom too often goes to the dead letters, with the trap's text", () => {
    for (const text of ["poison", "next"]) a.deliver(message(text));
    for (let i = 1; i <= ATTEMPTS_MAX; i++) trap(a, `trap ${i}`);
    expect(letters(a)).toMatchObject([{ id: 1, direction: "in", peer: "", reason: expect.stringContaining("trap 3") }]);
    expect(decodeEnvelopes(letters(a)[0]?.body as Uint8Array)).toEqual([message("poison")]);
    expect([textOf(a.take()), a.atom.counters.deadLetters]).toEqual(["next", 1]);
  });

  test("traps are counted over restarts of the object", () => {
    a.deliver(message("poison"));
    for (let i = 1; i < ATTEMPTS_MAX; i++) {
      trap(a);
      a.restart();
    }
    expect(trap(a).attempt).toBe(ATTEMPTS_MAX);
    a.restart();
    expect([a.atom.mailbox.empty, a.atom.deadLetterCount]).toEqual([true, 1]);
  });

  test("only the message that is blamed is counted: another one that was held just comes again", () => {
    for (const text of ["innocent", "poison"]) a.deliver(message(text));
    for (let i = 1; i <= ATTEMPTS_MAX; i++) {
      const innocent = a.take();
      const poison = a.take();
      expect([textOf(innocent), textOf(poison)]).toEqual(["innocent", "poison"]);
      a.atom.onTrap("unreachable", poison, network.nowMs);
    }
    expect([textOf(a.take()), a.atom.mailbox.count, a.atom.deadLetterCount]).toEqual(["innocent", 1, 1]);
  });

  test("a message that is under way at every trap is given up as well, late", () => {
    a.deliver(message("maker"));
    const triesMax = ATTEMPTS_MAX * BYSTANDER_ATTEMPTS;
    for (let i = 1; i <= triesMax; i++) {
      a.deliver(message(`poison ${i}`));
      const [maker, poison] = [a.take(), a.take()];
      expect([textOf(maker), maker.attempt]).toEqual(["maker", i]);
      a.atom.onTrap("unreachable", poison, network.nowMs);
    }
    const reasons = letters(a).map(({ reason }) => reason);
    expect(reasons.at(-1)).toBe(`It was tried ${triesMax} times and never handled. The last trap: unreachable`);
    expect(textOf(a.take())).not.toBe("maker");
  });

  test("a stop on purpose blames nobody", () => {
    a.deliver(message("fine"));
    for (let i = 0; i < 2 * ATTEMPTS_MAX; i++) {
      a.take();
      a.atom.onStop();
    }
    const mail = a.take();
    expect([mail.attempt, mail.traps]).toEqual([2 * ATTEMPTS_MAX + 1, 0]);
  });

  test("a request that goes to the dead letters fails for its asker; so does one from outside", () => {
    const id = b.ask(A, "poison");
    network.settle();
    const position = a.deliver(outsideRequest("poison"));
    for (let i = 0; i < 2 * ATTEMPTS_MAX; i++) trap(a);
    network.settle();
    expect(b.atom.futures.peek(id)?.outcome).toMatchObject({ kind: "failed", failure: { code: "REMOTE" } });
    expect(a.answers.get(position)).toMatchObject({ kind: "failure" });
    expect(letters(a).map(({ peer }) => peer)).toEqual([B, ""]);
  });

  test("an interrupt that traps the atom too often is a dead letter, too", () => {
    a.deliver({ kind: "interrupt", signal: 1, payload: new Uint8Array(0) });
    for (let i = 0; i < ATTEMPTS_MAX; i++) {
      const mail = a.atom.takeInterrupt();
      a.atom.onTrap("unreachable", mail ?? null, network.nowMs);
    }
    expect([a.atom.deadLetterCount, a.atom.mailbox.empty]).toEqual([1, true]);
  });

  test("the last trap is remembered over a restart; the end of a daemon, too", () => {
    a.deliver(message("poison"));
    trap(a, "integer divide by zero");
    a.atom.setEnded("hash");
    a.flush();
    a.restart();
    expect([a.atom.supervisor.lastTrap?.text, a.atom.ended]).toEqual(["integer divide by zero", "hash"]);
    a.atom.setEnded(null);
    a.flush();
    a.restart();
    expect(a.atom.ended).toBeNull();
  });

  test("progress ends the row of traps, so that a good message after a bad one starts at the smallest backoff", () => {
    a.deliver(message("poison"));
    const waits = [1, 2].map(() => a.atom.onTrap("unreachable", a.take(), network.nowMs).restartAtMs - network.nowMs);
    expect(waits).toEqual([50, 100]);
    a.receive();
    expect(a.atom.onTrap("unreachable", null, network.nowMs).restartAtMs - network.nowMs).toBe(50);
  });
});

describe("counters", () => {
  test("never tell of more that is consumed than was received: what a start finds is received by it", () => {
    for (const text of ["1", "2"]) a.deliver(message(text));
    a.atom.send(A, "mail", message("to itself"));
    a.atom.commitTurn();
    a.flush();
    a.restart();
    for (let i = 0; i < 3; i++) a.receive();
    expect(a.atom.counters).toMatchObject({ received: 3, consumed: 3 });
    a.atom.send(A, "mail", message("to itself"));
    a.atom.commitTurn();
    expect(a.atom.counters.received).toBe(4);
  });
});

describe("what cannot be delivered", () => {
  test("messages and interrupts to nobody are dead letters; the rest of the world goes on", () => {
    a.atom.send(NOBODY, "mail", message("1"));
    a.atom.send(NOBODY, "interrupt", { kind: "interrupt", signal: 1, payload: new Uint8Array(0) });
    a.atom.send(B, "mail", message("fine"));
    a.atom.commitTurn();
    network.settle();
    expect(letters(a).map(({ direction, peer }) => [direction, peer])).toEqual([
      ["out", NOBODY],
      ["out", NOBODY],
    ]);
    expect([a.atom.counters.undeliverable, textOf(b.take()), a.store.load().outbox]).toEqual([2, "fine", []]);
  });

  test("an atom that comes later gets what is sent from then on, once and in order", () => {
    a.atom.send(NOBODY, "mail", message("too early"));
    a.atom.commitTurn();
    network.settle();
    const late = network.add(NOBODY);
    for (const text of ["1", "2"]) a.atom.send(NOBODY, "mail", message(text));
    a.atom.commitTurn();
    network.settle();
    expect([textOf(late.receive()), textOf(late.receive()), late.atom.mailbox.empty]).toEqual(["1", "2", true]);
  });
});

describe("dead letters", () => {
  test("one that is delivered once more is a new message with the old sender, and gone from the letters", () => {
    b.atom.send(A, "mail", message("poison"));
    b.atom.commitTurn();
    network.settle();
    for (let i = 0; i < ATTEMPTS_MAX; i++) trap(a);
    const [letter] = letters(a);
    expect(letter && a.atom.redeliver(letter)).toBeUndefined();
    a.flush();
    a.restart();
    const mail = a.take();
    expect([textOf(mail), mail.from, mail.attempt, mail.traps, a.atom.deadLetterCount]).toEqual(["poison", B, 1, 0, 0]);
  });

  test("one that could not be delivered is sent once more", () => {
    a.atom.send(NOBODY, "mail", message("try again"));
    a.atom.commitTurn();
    network.settle();
    const late = network.add(NOBODY);
    const [letter] = letters(a);
    if (letter) a.atom.redeliver(letter);
    network.settle();
    expect([textOf(late.take()), a.atom.deadLetterCount]).toEqual(["try again", 0]);
  });

  test("nothing goes silently when there are too many: the oldest goes, and is counted", () => {
    for (let i = 0; i < DEAD_LETTERS_MAX + 2; i++) {
      a.deliver(message(String(i)));
      const mail = a.take();
      mail.traps = ATTEMPTS_MAX;
      a.atom.onTrap("unreachable", mail, network.nowMs);
    }
    a.flush();
    expect(a.atom.counters).toMatchObject({ deadLetters: DEAD_LETTERS_MAX + 2, deadLettersDropped: 2 });
    expect([a.atom.deadLetterCount, letters(a)[0]?.id]).toEqual([DEAD_LETTERS_MAX, 3]);
  });
});
