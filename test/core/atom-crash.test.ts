/**
 * The objects die at every commit there is, before it and after it, and start again from their stores: nothing that was
 * accepted is lost, and nothing is done twice.
 */
import { describe, expect, test } from "vitest";
import { fromUtf8, utf8 } from "../../durable/core/bytes.ts";
import type { GlobalName } from "../../durable/core/names.ts";
import { A, AtomNetwork, B, C, Crash, FragileStore, message, textOf, type Node } from "./atom-network.ts";

const MESSAGES = 6;

/** Appends to a list under the key of the sender, and counts the message: a repeated effect would show. */
function record(node: Node, key: string, text: string): void {
  node.put(key, `${node.get(key) ?? ""}${text} `);
}

/**
 * A client posts numbered messages to A, under keys and until they are accepted. A records each and hands it on to B,
 * and to itself as a marker; B records it and hands it on to C, which records it and replies by a message to A.
 */
class Relay {
  readonly network = new AtomNetwork();
  readonly stores = new Map([A, B, C].map((name) => [name, new FragileStore()]));
  readonly crashes: GlobalName[] = [];
  #nextToPost = 0;

  constructor() {
    for (const [name, store] of this.stores) this.network.add(name, {}, store);
  }

  run(): void {
    for (let round = 0; round < 200; round++) {
      this.#surviving(() => this.#post());
      for (const name of [A, B, C]) this.#surviving(() => this.#work(name));
      this.#surviving(() => this.network.exchange());
      this.network.nowMs += 50;
      if (this.#nextToPost === MESSAGES && round > 20 && this.#quiet) return;
    }
    throw new Error("The relay did not come to rest.");
  }

  list(name: GlobalName, key: string): string[] {
    const value = this.stores.get(name)?.get(key);
    return value ? fromUtf8(value).trim().split(" ") : [];
  }

  get #quiet(): boolean {
    return [...this.network.nodes.values()].every(({ atom }) => atom.idle && atom.peers.dueAtMs() === Infinity);
  }

  #node(name: GlobalName): Node {
    return this.network.nodes.get(name) as Node;
  }

  #post(): void {
    if (this.#nextToPost === MESSAGES) return;
    const node = this.#node(A);
    const key = `post-${this.#nextToPost}`;
    if (node.atom.lookupKey(key).kind === "new") {
      const position = node.deliver(message(String(this.#nextToPost)));
      node.atom.idempotency.begin(key, position, this.network.nowMs);
      node.atom.idempotency.end(position, { kind: "reply", payload: utf8("") });
      node.flush();
    }
    this.#nextToPost += 1;
  }

  /** Handles what there is, two turns to a flush. */
  #work(name: GlobalName): void {
    const node = this.#node(name);
    let turns = 0;
    node.handle((mail) => {
      this.#react(node, mail.from, textOf(mail));
      turns += 1;
      if (turns % 2 === 0) node.flush();
    });
    node.flush();
  }

  #react(node: Node, from: GlobalName | "", text: string): void {
    const { self } = node.settings;
    record(node, from || "outside", text);
    if (self === A && from === "") {
      node.atom.send(B, "mail", message(text));
      node.atom.send(A, "mail", message(text));
    }
    if (self === B) node.atom.send(C, "mail", message(text));
    if (self === C) node.atom.send(A, "mail", message(text));
  }

  /** Does what may kill any of the objects; those that died start again. */
  #surviving(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    for (const [name, store] of this.stores) {
      if (!store.crashed) continue;
      store.crashed = false;
      this.crashes.push(name);
      this.#node(name).restart();
    }
  }
}

function expectAllOnce(relay: Relay): void {
  const numbers = Array.from({ length: MESSAGES }, (_, i) => String(i));
  expect(relay.list(A, "outside")).toEqual(numbers);
  expect(relay.list(A, A)).toEqual(numbers);
  expect(relay.list(B, A)).toEqual(numbers);
  expect(relay.list(C, B)).toEqual(numbers);
  expect(relay.list(A, C)).toEqual(numbers);
  for (const store of relay.stores.values()) {
    const { mail, outbox, attempts, open, idempotency } = store.load();
    expect({ mail, outbox, attempts, open, idempotency }).toEqual({
      mail: [],
      outbox: [],
      attempts: [],
      open: [],
      idempotency: [],
    });
  }
}

function commitsOf(name: GlobalName): number {
  const relay = new Relay();
  relay.run();
  expectAllOnce(relay);
  return relay.stores.get(name)?.commits ?? 0;
}

describe("crashes", () => {
  test.each([A, B, C])("%s dies before and after each of its commits: nothing is lost, nothing repeated", (name) => {
    const commits = commitsOf(name);
    expect(commits).toBeGreaterThan(10);
    for (let at = 1; at <= commits; at++) {
      for (const when of ["before", "after"] as const) {
        const relay = new Relay();
        relay.stores.get(name)?.crashAt(at, when);
        relay.run();
        expect([at, when, relay.crashes]).toEqual([at, when, [name]]);
        expectAllOnce(relay);
      }
    }
  });

  test("all three die again and again", () => {
    for (let step = 2; step <= 9; step++) {
      const relay = new Relay();
      for (const [index, name] of [A, B, C].entries()) relay.stores.get(name)?.crashEvery(step + index);
      relay.run();
      expect(relay.crashes.length).toBeGreaterThan(3);
      expectAllOnce(relay);
    }
  });
});
