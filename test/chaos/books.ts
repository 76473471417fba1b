/** Reads the books of all accounts and tellers over the control API. */
import type { Bank, BankAtom } from "./bank.ts";
import { OPENING_BALANCE } from "./bank.ts";
import type { Book, Books, Entry } from "./ledger.ts";

const PAGE_ENTRIES = 1_000;
const ANSWER_MS_MAX = 20_000;

/** Rejects if an atom cannot be read now. */
export async function readBooks(base: string, { accounts, tellers }: Bank): Promise<Books> {
  const read: [string, Book][] = [];
  const settled = new Map<string, Entry>();
  for (const account of accounts) read.push([account.global, bookIn(await readKeys(base, account))]);
  for (const teller of tellers) {
    for (const [id, entry] of entriesIn("settled/", await readKeys(base, teller))) settled.set(id, entry);
  }
  const letters = await Promise.all([...accounts, ...tellers].map((atom) => readDeadLetters(base, atom)));
  return { openingBalance: OPENING_BALANCE, accounts: new Map(read), settled, deadLetters: letters.flat() };
}

function bookIn(keys: ReadonlyMap<string, string>): Book {
  return {
    balance: Number(keys.get("balance") ?? OPENING_BALANCE),
    out: entriesIn("out/", keys),
    in: entriesIn("in/", keys),
    disorder: [...keys]
      .filter(([key]) => key.startsWith("disorder/"))
      .map(([key, last]) => `${key.slice("disorder/".length)} came after number ${last}.`),
  };
}

function entriesIn(prefix: string, keys: ReadonlyMap<string, string>): Map<string, Entry> {
  const found = [...keys].filter(([key]) => key.startsWith(prefix));
  return new Map(
    found.map(([key, value]) => {
      const [count = "", ...what] = value.split("x");
      return [key.slice(prefix.length), { count: Number(count), what: what.join("x") }];
    }),
  );
}

interface KvPage {
  readonly entries: readonly { readonly key: string; readonly value: string }[];
  readonly cursor: string | null;
}

async function readKeys(base: string, atom: BankAtom): Promise<Map<string, string>> {
  const keys = new Map<string, string>();
  let cursor: string | null = "";
  while (cursor !== null) {
    const query = `limit=${PAGE_ENTRIES}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: KvPage = (await read(`${base}/_radon/v1/atoms/${atom.global}/kv?${query}`)) as KvPage;
    for (const { key, value } of page.entries) keys.set(key, value);
    cursor = page.cursor;
  }
  return keys;
}

async function readDeadLetters(base: string, atom: BankAtom): Promise<string[]> {
  const answer = await read(`${base}/_radon/v1/atoms/${atom.global}/dead-letters`);
  const { deadLetters } = answer as { deadLetters: { payload: string; reason: string; direction: string }[] };
  return deadLetters.map(
    ({ payload, reason, direction }) => `${atom.global} has the dead letter (${direction}) ${payload}: ${reason}`,
  );
}

async function read(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
