import { beforeEach, describe, expect, test } from "vitest";
import { utf8 } from "../../durable/core/bytes.ts";
import { A, AtomNetwork, B, message, textOf, type Node } from "./atom-network.ts";

let network: AtomNetwork;
let a: Node;
let b: Node;
beforeEach(() => {
  network = new AtomNetwork();
  a = network.add(A);
  b = network.add(B);
});

/** A turn with one of every effect. */
function doEverything(): void {
  a.put("k", "v");
  a.atom.send(B, "mail", message("to b"));
  a.atom.send(B, "interrupt", { kind: "interrupt", signal: 3, payload: utf8("!") });
  a.atom.changeAlias("add", "topic", "news");
  a.atom.turn.consumed.push(a.take());
}

describe("turns", () => {
  test("1: the effects of a turn enter the commit together, and leave after the flush only", () => {
    a.deliver(message("go"));
    a.flush();
    doEverything();
    a.atom.commitTurn();
    expect([a.get("k"), a.store.get("k"), [...a.atom.peers.links]]).toEqual(["v", undefined, []]);
    network.settle();
    expect([a.store.get("k"), textOf(b.take()), b.atom.takeInterrupt()?.envelope.signal]).toEqual([
      utf8("v"),
      "to b",
      3,
    ]);
    expect([a.atom.aliases.added, a.atom.mailbox.empty]).toEqual([[["topic", "news"]], true]);
  });

  test("1: a dropped turn leaves nothing, and its message is still there", () => {
    a.deliver(message("go"));
    a.flush();
    doEverything();
    a.atom.onStop();
    network.settle();
    expect([a.get("k"), a.atom.aliases.added, b.atom.mailbox.empty]).toEqual([undefined, [], true]);
    expect(textOf(a.take())).toBe("go");
  });

  test("1: dropping a turn does not touch the turns that were committed before it, flushed or not", () => {
    a.put("first", "1");
    a.atom.send(B, "mail", message("first"));
    a.atom.commitTurn();
    a.put("first", "2");
    a.put("second", "1");
    a.atom.send(B, "mail", message("second"));
    a.atom.dropTurn();
    expect([a.get("first"), a.get("second")]).toEqual(["1", undefined]);
    network.settle();
    expect([a.get("first"), textOf(b.receive()), b.atom.mailbox.empty]).toEqual(["1", "first", true]);
  });

  test("2: several turns are one commit of the store", () => {
    for (let i = 0; i < 10; i++) {
      a.put(`k${i}`, "v");
      a.atom.send(B, "mail", message(String(i)));
      a.atom.commitTurn();
    }
    a.flush();
    expect([a.atom.counters.turns, a.atom.counters.commits]).toEqual([10, 1]);
    expect([...(a.atom.peers.link(B).depart(network.nowMs)?.batch.frames ?? [])]).toMatchObject([
      { first: 1, count: 10 },
    ]);
  });

  test("2: a flush without anything new is no commit", () => {
    a.flush();
    const { commits } = a.atom.counters;
    a.flush();
    a.atom.commitTurn();
    a.flush();
    expect(a.atom.counters.commits).toBe(commits);
  });

  test("3: the consumption of a message and the effects of its handler are in the same commit", () => {
    a.deliver(message("go"));
    a.flush();
    const mail = a.take();
    a.put("done", textOf(mail));
    a.atom.turn.consumed.push(mail);
    a.atom.commitTurn();
    a.restart();
    expect([a.get("done"), textOf(a.take())]).toEqual([undefined, "go"]);
    a.atom.mailbox.putBack();
    a.handle((again) => a.put("done", textOf(again)));
    a.flush();
    a.restart();
    expect([a.get("done"), a.atom.mailbox.empty]).toEqual(["go", true]);
  });

  test("what happens outside waits for the flush, and does not happen if the turn is dropped", () => {
    const happened: string[] = [];
    a.atom.turn.afterCommit.push(() => happened.push("first"));
    a.atom.commitTurn();
    a.atom.turn.afterCommit.push(() => happened.push("dropped"));
    a.atom.dropTurn();
    expect(happened).toEqual([]);
    a.flush();
    a.flush();
    expect(happened).toEqual(["first"]);
  });

  test("reads see the open turn, then what is committed, then the store; scans too", () => {
    for (const key of ["a", "b", "c"]) a.put(key, "stored");
    a.atom.commitTurn();
    a.flush();
    a.put("b", "pending");
    a.atom.commitTurn();
    a.atom.turn.kv.set("c", null);
    a.put("d", "turn");
    expect(["a", "b", "c", "d"].map((key) => a.get(key))).toEqual(["stored", "pending", undefined, "turn"]);
    const scan = (reverse: boolean) => [...a.atom.kvScan({ start: "", end: null, reverse })].map(([key]) => key);
    expect([scan(false), scan(true)]).toEqual([
      ["a", "b", "d"],
      ["d", "b", "a"],
    ]);
  });

  test("a key that is written from outside is durable with the next flush, and the guest sees it", () => {
    a.atom.putFromOutside("k", utf8("outside"));
    expect(a.get("k")).toBe("outside");
    a.flush();
    expect(a.store.get("k")).toEqual(utf8("outside"));
    a.atom.putFromOutside("k", null);
    expect(a.get("k")).toBeUndefined();
  });
});

describe("messages an atom sends to itself", () => {
  test("are in its mailbox with the commit of their turn, in order, and survive with it", () => {
    a.atom.send(A, "mail", message("1"));
    a.atom.send(A, "mail", message("2"));
    expect(a.atom.mailbox.empty).toBe(true);
    a.atom.commitTurn();
    expect(a.atom.mailbox.count).toBe(2);
    a.flush();
    a.restart();
    expect([textOf(a.receive()), textOf(a.receive())]).toEqual(["1", "2"]);
  });

  test("are dropped with their turn", () => {
    a.atom.send(A, "mail", message("1"));
    a.atom.dropTurn();
    a.atom.commitTurn();
    expect(a.atom.mailbox.empty).toBe(true);
  });

  test("have it as their sender", () => {
    a.atom.send(A, "mail", message("1"));
    a.atom.commitTurn();
    expect(a.take().from).toBe(A);
  });
});

describe("aliases", () => {
  test("a change shows after the flush, with a greater revision, and survives a restart", () => {
    const revisions: number[] = [a.atom.aliases.revision];
    for (const value of ["1", "2"]) {
      a.atom.changeAlias("add", "room", value);
      a.atom.commitTurn();
      a.flush();
      revisions.push(a.atom.aliases.revision);
    }
    a.restart();
    expect(a.atom.aliases).toEqual({
      revision: revisions[2],
      added: [
        ["room", "1"],
        ["room", "2"],
      ],
      removed: [],
    });
    expect(revisions).toEqual([...new Set(revisions)].sort((x, y) => x - y));
  });

  test("a turn sees its own changes and those of turns that are not flushed", () => {
    a.atom.changeAlias("add", "room", "1");
    a.atom.commitTurn();
    expect(a.atom.changeAlias("remove", "room", "1")).toBeUndefined();
    expect(a.atom.changeAlias("remove", "room", "1")).toMatchObject({ code: "NOT_FOUND" });
    a.atom.dropTurn();
    expect(a.atom.changeAlias("remove", "room", "1")).toBeUndefined();
    a.atom.commitTurn();
    a.flush();
    expect(a.atom.aliases.added).toEqual([]);
  });

  test("aliases that come and go leave nothing behind", () => {
    for (let i = 0; i < 50; i++) {
      a.atom.changeAlias("add", "room", String(i));
      a.atom.commitTurn();
      a.flush();
      a.atom.changeAlias("remove", "room", String(i));
      a.atom.commitTurn();
      a.flush();
    }
    expect(a.atom.aliases).toEqual({ revision: 100, added: [], removed: [] });
  });

  test("a revision that naming knows a greater one of is outranked, pending changes included", () => {
    a.atom.changeAlias("add", "room", "1");
    a.atom.commitTurn();
    a.atom.outrankAliases(70);
    a.flush();
    expect(a.atom.aliases).toMatchObject({ revision: 72, added: [["room", "1"]] });
  });
});
