/**
 * The bound of a row, which every store holds: SQLite objects refuse a larger one in production, though not everywhere. What
 * an atom writes is bounded so that it never gets there.
 */
import { ROW_BYTES_MAX } from "./limits.ts";
import type { Change } from "./store.ts";

/** Throws if a change holds more than a row can. */
export function requireRowsFit(changes: readonly Change[]): void {
  for (const change of changes) {
    const bytes = rowBytes(change);
    if (bytes > ROW_BYTES_MAX)
      throw new RangeError(`A row of ${change.kind} has ${bytes} bytes; ${ROW_BYTES_MAX} are the most.`);
  }
}

/** Of what can be large; the rest of a row is small. */
export function rowBytes(change: Change): number {
  switch (change.kind) {
    case "kv":
      return change.key.length + (change.value?.length ?? 0);
    case "mail.put":
    case "outbox.put":
      return change.record.body.length;
    case "dead.put":
      return change.letter.body.length + change.letter.reason.length;
    case "idempotency.put":
      return change.record.key.length + (change.record.answer?.length ?? 0);
    case "state":
      return change.value.length;
    default:
      return 0;
  }
}
