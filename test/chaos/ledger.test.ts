/** The comparison of the chaos: it tells every way in which a book can be wrong, each from a bank that is right but for one thing. */
import { describe, expect, test } from "vitest";
import { bankOf } from "./bank.ts";
import { discrepancies, type Book, type Books, type Entry, type Told } from "./ledger.ts";
import type { Transfer, Verdict, Way } from "./transfers.ts";

const bank = bankOf(2);
const [from, to] = bank.accounts as [Transfer["from"], Transfer["to"]];
const teller = bank.tellers[0] as Transfer["at"];

function told(id: string, way: Way, verdict: Verdict, amount = 10): Told {
  const at = way === "teller" ? teller : from;
  return { verdict, transfer: { id, way, from, to, at, amount, channel: "mail", traps: 0 } };
}

const once = (what: number | string): Entry => ({ count: 1, what: String(what) });

const TOLD: readonly Told[] = [
  told("a", "message", "accepted"),
  told("b", "request", "done", 20),
  told("c", "trigger", "declined"),
  told("d", "message", "refused"),
  told("e", "teller", "accepted", 5),
  told("f", "teller", "accepted"),
];

interface Changes {
  readonly payer?: Partial<Book>;
  readonly payee?: Partial<Book>;
  readonly settled?: Books["settled"];
  readonly deadLetters?: readonly string[];
}

const moved = new Map([
  ["a", once(10)],
  ["b", once(20)],
  ["e", once(5)],
]);
const settled = new Map([
  ["e", once("done")],
  ["f", once("declined")],
]);

/** The books of TOLD as they have to be, but for the changes. */
function books(changes: Changes = {}): Books {
  const payer: Book = { balance: 65, out: moved, in: new Map(), disorder: [], ...changes.payer };
  const payee: Book = { balance: 135, out: new Map(), in: moved, disorder: [], ...changes.payee };
  return {
    openingBalance: 100,
    accounts: new Map([
      [from.global, payer],
      [to.global, payee],
    ]),
    settled: changes.settled ?? settled,
    deadLetters: changes.deadLetters ?? [],
  };
}

function moves(...changes: readonly [string, Entry | undefined][]): Map<string, Entry> {
  const entries = new Map<string, Entry>(moved);
  for (const [id, entry] of changes) {
    if (entry) entries.set(id, entry);
    else entries.delete(id);
  }
  return entries;
}

test("books that say what the clients were told are right", () => {
  expect(discrepancies(TOLD, books())).toEqual([]);
});

describe("each of these is told", () => {
  test.each<[string, Changes, string]>([
    [
      "a lost credit",
      { payee: { in: moves(["a", undefined]) } },
      "edge-1/account-2 credits: a (message, mail) of 10 is missing.",
    ],
    [
      "a lost debit",
      { payer: { out: moves(["b", undefined]) } },
      "cloud/account-1 debits: b (request, mail) of 20 is missing.",
    ],
    [
      "a repeated credit",
      { payee: { in: moves(["a", { count: 2, what: "10" }]) } },
      "edge-1/account-2 credits: a (message, mail) is entered 2 times.",
    ],
    ["another amount", { payee: { in: moves(["a", once(11)]) } }, "edge-1/account-2 credits: a has 11 instead of 10."],
    [
      "a declined transfer that happened",
      { payer: { out: moves(["c", once(10)]) } },
      "cloud/account-1 debits: c is entered 1 times with 10, but it must not have happened.",
    ],
    [
      "a refused one that happened",
      { payee: { in: moves(["d", once(10)]) } },
      "edge-1/account-2 credits: d is entered 1 times with 10, but it must not have happened.",
    ],
    [
      "one that nobody ordered",
      { payee: { in: moves(["z", once(1)]) } },
      "edge-1/account-2 credits: z is entered 1 times with 1, but it must not have happened.",
    ],
    [
      "a wrong balance",
      { payer: { balance: 64 }, payee: { balance: 136 } },
      "cloud/account-1: the balance is 64 instead of 65.",
    ],
    ["a wrong sum", { payee: { balance: 136 } }, "All accounts together have 201 instead of 200."],
    [
      "disorder",
      { payee: { disorder: ["cloud/account-1/3 came after number 1."] } },
      "edge-1/account-2: cloud/account-1/3 came after number 1.",
    ],
    [
      "a transfer that was never settled",
      { settled: new Map([["e", once("done")]]) },
      "f (teller): accepted, but never settled.",
    ],
    [
      "one that was settled twice",
      { settled: new Map([...settled, ["f", { count: 2, what: "declined" }]]) },
      "f (teller): settled 2 times.",
    ],
    ["a dead letter", { deadLetters: ["cloud/account-1 has a dead letter."] }, "cloud/account-1 has a dead letter."],
  ])("%s", (_, changes, sentence) => {
    expect(discrepancies(TOLD, books(changes))).toContain(sentence);
  });

  test("a client that was never answered", () => {
    const unknown = told("g", "trigger", "unknown");
    expect(discrepancies([...TOLD, unknown], books())).toEqual(["g (trigger): no attempt was answered."]);
  });

  test("a teller's order that was refused and settled all the same", () => {
    const refused = told("g", "teller", "refused");
    const found = discrepancies([...TOLD, refused], books({ settled: new Map([...settled, ["g", once("declined")]]) }));
    expect(found).toEqual(["g (teller): refused, but settled as declined."]);
  });
});
