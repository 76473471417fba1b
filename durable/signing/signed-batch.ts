/** A batch that came in a signed request: who signed may speak for its own atoms, and only to the one that it asked for. */
import { decodeBatch, endsOf, type Batch } from "../core/frame.ts";
import { parseDestination, splitGlobalName, type RuntimeName } from "../core/names.ts";
import { refused, type Refusal } from "./refusal.ts";

export function readSignedBatch(bytes: Uint8Array, issuer: RuntimeName, self: string): Batch | Refusal {
  const batch = readable(bytes);
  if (typeof batch === "string") return refused("UNREADABLE", batch);
  const ends = endsOf(batch);
  if (ends === undefined) return batch;
  const from = parseDestination(ends.from);
  if (!("kind" in from) || from.kind !== "global")
    return refused("DENIED", `Runtime ${issuer} speaks for what is no atom's name.`);
  if (splitGlobalName(from.name).runtime !== issuer)
    return refused("DENIED", `Runtime ${issuer} speaks for ${ends.from}: each may speak for its own atoms only.`);
  if (ends.to !== self) return refused("DENIED", `A batch for ${ends.to} came to ${self}.`);
  return batch;
}

function readable(bytes: Uint8Array): Batch | string {
  try {
    return decodeBatch(bytes);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
