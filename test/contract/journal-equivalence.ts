/** With its journal, a store is what a plain one is: random commits, with restarts and checkpoints anywhere between them. */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { JournaledStore, type JournaledTables } from "../../durable/core/journaled-store.ts";
import { MemoryStore } from "../../durable/core/memory-store.ts";
import type { Change, Loaded, Store } from "../../durable/core/store.ts";
import { IDEMPOTENCY_KEYS, journalChange, KEYS, rareChange, STATE_NAMES } from "../core/change-arbitraries.ts";

/** Makes empty tables; what it returns opens them, as a restarted object would, each time it is called. */
export type MakeTables = () => () => JournaledTables;

type Step = { readonly kind: "restart" } | { readonly kind: "commit"; readonly changes: readonly Change[] };

const change = fc.oneof<[fc.MaybeWeightedArbitrary<Change>, fc.MaybeWeightedArbitrary<Change>]>(
  { weight: 12, arbitrary: journalChange },
  { weight: 1, arbitrary: rareChange },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("commit" as const), changes: fc.array(change, { maxLength: 6 }) }),
  },
);
const bounds = fc.record({
  records: fc.nat(6),
  recordBytes: fc.nat(60),
  bytes: fc.nat(120),
  keptBytes: fc.nat(1500),
});

/** `within` runs the property where the tables may be used. */
export function journalEquivalence(
  name: string,
  numRuns: number,
  within: (run: (make: MakeTables) => void) => void | Promise<void>,
): void {
  test(`a journal before ${name} changes nothing of what is read (property)`, () =>
    within((make) =>
      fc.assert(
        fc.property(fc.array(step, { maxLength: 12 }), bounds, (steps, bound) => {
          const tables = make();
          const open = () => new JournaledStore(tables(), bound);
          compare(steps, open);
          expect([...tables().records()].length).toBeLessThanOrEqual(bound.records);
        }),
        { numRuns },
      ),
    ));
}

function compare(steps: readonly Step[], open: () => JournaledStore): void {
  const plain = new MemoryStore();
  let store = open();
  for (const [nth, each] of steps.entries()) {
    if (each.kind === "restart") store = open();
    // Of tables that refused a commit nothing else may be asked.
    else if (!commitToBoth(store, plain, aged(each.changes, nth))) return;
    const [is, should] = [seen(store), seen(plain)];
    if (!isDeepStrictEqual(is, should)) expect(is).toEqual(should);
    expect(STATE_NAMES.map((name) => store.state(name))).toEqual(
      STATE_NAMES.map((name) => plain.load().state.get(name)),
    );
  }
}

/** False if both refuse it. */
function commitToBoth(store: Store, plain: Store, changes: readonly Change[]): boolean {
  const takes = (each: Store) => {
    try {
      each.commit(changes);
      return true;
    } catch {
      return false;
    }
  };
  const taken = takes(store);
  expect(taken).toBe(takes(plain));
  return taken;
}

/** Of two answers of the same age either may be forgotten, so no two are of the same age. */
function aged(changes: readonly Change[], nth: number): Change[] {
  return changes.map((each, i) =>
    each.kind === "idempotency.put"
      ? { ...each, record: { ...each.record, atMs: Math.floor(each.record.atMs) + nth / 100 + i / 1_000 } }
      : each,
  );
}

function seen(store: Store): unknown {
  const scan = (start: string, end: string | null, reverse: boolean) => [...store.scan({ start, end, reverse })];
  return {
    loaded: contents(store.load()),
    values: KEYS.map((key) => store.get(key)),
    scans: [scan("", null, false), scan("", null, true), scan("a", "\xff", false)],
    letters: store.deadLetters(0, 9),
    keys: IDEMPOTENCY_KEYS.map((key) => store.idempotency(key)),
  };
}

/** What is loaded; lists that have no order are given one. */
function contents(loaded: Loaded): unknown {
  const ordered = (list: readonly object[]) => list.map((each) => Object.entries(each).join()).sort();
  const { attempts, outbox, senders, receivers, idempotency, state, ...rest } = loaded;
  return {
    ...rest,
    ...{ attempts: ordered(attempts), outbox: ordered(outbox), senders: ordered(senders) },
    ...{ receivers: ordered(receivers), idempotency: ordered(idempotency), state: Object.fromEntries(state) },
  };
}
