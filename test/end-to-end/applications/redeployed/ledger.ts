/** What each atom keeps: how often each order came to it, and how often it migrated. Whatever comes twice is counted twice. */
import { kv } from "radon-as";

export function enter(order: string): void {
  const key = "order/" + order;
  kv.put(key, kv.getInteger(key) + 1);
}

export function countMigration(): void {
  kv.put("migrations", kv.getInteger("migrations") + 1);
}
