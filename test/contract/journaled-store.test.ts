/** The contract of `Store` with a journal in front: one that takes all it may, one that takes a record, one that takes none. */
import { JOURNAL_BOUNDS } from "../../durable/core/journaled-store.ts";
import { JournaledMemory } from "../core/journaled-memory.ts";
import { journalEquivalence } from "./journal-equivalence.ts";
import { storeContract } from "./store-contract.ts";

for (const records of [JOURNAL_BOUNDS.records, 1, 0]) {
  storeContract(`a journal of ${records} records before tables in memory`, (...uses) => {
    const memory = new JournaledMemory();
    for (const use of uses) use(() => memory.open({ ...JOURNAL_BOUNDS, records }));
  });
}

journalEquivalence("tables in memory", 500, (run) =>
  run(() => {
    const memory = new JournaledMemory();
    return () => memory;
  }),
);
