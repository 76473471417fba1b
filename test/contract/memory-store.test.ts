import { MemoryStore } from "../../durable/core/memory-store.ts";
import { storeContract } from "./store-contract.ts";

storeContract("memory", (...uses) => {
  const store = new MemoryStore();
  for (const use of uses) use(() => store);
});
