import { MemoryStore } from "../../durable/core/memory-store.ts";
import { storeContract } from "./store-contract.ts";

storeContract("memory", (use) => {
  const store = new MemoryStore();
  use(() => store);
});
