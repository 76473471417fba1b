/**
 * The seam to the network: a lane carries one batch to a peer atom's object and brings back the batch that answers it.
 * It may lose either, carry one twice, or let two overtake each other: the channels settle that.
 */
import type { Batch } from "./frame.ts";
import type { GlobalName } from "./names.ts";

export interface Lane {
  /** Rejects if the peer's object could not be reached or did not answer in time. */
  exchange(to: GlobalName, batch: Batch): Promise<Batch>;
}
