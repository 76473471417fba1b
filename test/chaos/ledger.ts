/**
 * What the books must say, given what the clients were told, and every way in which they do not.
 *
 * Invariants
 * 1. What was accepted is entered once at the account that pays and once at the one that is paid, with its amount.
 * 2. What was declined, refused or failed is entered nowhere; nor is anything that nobody ordered.
 * 3. A teller's transfer is settled once, and entered as it was settled.
 * 4. Movements from one account to another come in the order of their numbers, channel by channel.
 * 5. Each balance is the opening one and what was entered, so the sum of all is what it was.
 * 6. No message ends as a dead letter, and no client is left without an answer.
 */
import type { Transfer, Verdict } from "./transfers.ts";

/** `COUNTxAMOUNT` or `COUNTxOUTCOME`, as atoms write it. */
export interface Entry {
  readonly count: number;
  readonly what: string;
}

export interface Book {
  readonly balance: number;
  readonly out: ReadonlyMap<string, Entry>;
  readonly in: ReadonlyMap<string, Entry>;
  /** Movements that came with another number than the one that was due, as sentences. */
  readonly disorder: readonly string[];
}

export interface Books {
  readonly openingBalance: number;
  /** By the global name of the account. */
  readonly accounts: ReadonlyMap<string, Book>;
  /** By the id of the transfer. */
  readonly settled: ReadonlyMap<string, Entry>;
  /** Dead letters of any atom, as sentences. */
  readonly deadLetters: readonly string[];
}

export interface Told {
  readonly transfer: Transfer;
  readonly verdict: Verdict;
}

/** Every discrepancy, as a sentence; none if all is right. */
export function discrepancies(told: readonly Told[], books: Books): string[] {
  const happened = told.filter((each) => hasHappened(each, books));
  return [
    ...told.flatMap((each) => oddVerdict(each, books)),
    ...books.deadLetters,
    ...[...books.accounts].flatMap(([name, book]) => {
      const out = new Map(happened.filter(({ transfer }) => transfer.from.global === name).map(expectation));
      const paid = new Map(happened.filter(({ transfer }) => transfer.to.global === name).map(expectation));
      return [
        ...sideProblems(`${name} debits`, out, book.out),
        ...sideProblems(`${name} credits`, paid, book.in),
        ...book.disorder.map((text) => `${name}: ${text}`),
        ...balanceProblem(name, book, books.openingBalance + sum(paid) - sum(out)),
      ];
    }),
    ...totalProblem(books),
  ];
}

function hasHappened({ transfer, verdict }: Told, { settled }: Books): boolean {
  if (transfer.way === "teller") return settled.get(transfer.id)?.what === "done";
  return verdict === "accepted" || verdict === "done";
}

function oddVerdict({ transfer, verdict }: Told, { settled }: Books): string[] {
  const { id, way } = transfer;
  if (verdict === "unknown") return [`${id} (${way}): no attempt was answered.`];
  if (way !== "teller") return [];
  const entry = settled.get(id);
  if (verdict !== "accepted") return entry ? [`${id} (teller): ${verdict}, but settled as ${entry.what}.`] : [];
  if (!entry) return [`${id} (teller): accepted, but never settled.`];
  return entry.count === 1 ? [] : [`${id} (teller): settled ${entry.count} times.`];
}

function expectation({ transfer }: Told): [string, Transfer] {
  return [transfer.id, transfer];
}

function sideProblems(
  side: string,
  expected: ReadonlyMap<string, Transfer>,
  found: ReadonlyMap<string, Entry>,
): string[] {
  const missing = [...expected.values()].filter(({ id }) => !found.has(id));
  return [
    ...missing.map(({ id, way, amount, channel }) => `${side}: ${id} (${way}, ${channel}) of ${amount} is missing.`),
    ...[...found].flatMap(([id, { count, what }]) => {
      const transfer = expected.get(id);
      if (!transfer) return [`${side}: ${id} is entered ${count} times with ${what}, but it must not have happened.`];
      if (count !== 1) return [`${side}: ${id} (${transfer.way}, ${transfer.channel}) is entered ${count} times.`];
      return what === String(transfer.amount) ? [] : [`${side}: ${id} has ${what} instead of ${transfer.amount}.`];
    }),
  ];
}

function balanceProblem(name: string, { balance }: Book, expected: number): string[] {
  return balance === expected ? [] : [`${name}: the balance is ${balance} instead of ${expected}.`];
}

function totalProblem({ accounts, openingBalance }: Books): string[] {
  const total = [...accounts.values()].reduce((all, { balance }) => all + balance, 0);
  const expected = openingBalance * accounts.size;
  return total === expected ? [] : [`All accounts together have ${total} instead of ${expected}.`];
}

function sum(transfers: ReadonlyMap<string, Transfer>): number {
  return [...transfers.values()].reduce((all, { amount }) => all + amount, 0);
}
