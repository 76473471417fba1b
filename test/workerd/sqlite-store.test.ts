/** The contract of `Store` on the SQLite of an object. The objects are of names that no atom has, so nothing else is in them. */
import { runInDurableObject } from "cloudflare:test";
import { storeContract } from "../contract/store-contract.ts";
import { SqliteStore } from "../../durable/sqlite-store.ts";
import { atomStub } from "./objects.ts";

let made = 0;

storeContract("object SQLite", async (use) => {
  made += 1;
  await runInDurableObject(atomStub(`store-${made}`), (_, state) => use(() => new SqliteStore(state.storage)));
});
