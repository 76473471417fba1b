/**
 * The seam to the network: a lane carries batches to peer atoms' objects. It may lose one, carry one twice, or let two
 * overtake each other: the channels settle that.
 */
import type { Batch } from "./frame.ts";
import type { GlobalName } from "./names.ts";

/** A batch that leaves. */
export interface Departure {
  readonly batch: Batch;
  /** True if what left before it was not acknowledged in time: the way that it took may lead nowhere. */
  readonly stalled: boolean;
}

export interface Lane {
  /** Returns at once; what became of it is told to the receiver of the lane. */
  send(to: GlobalName, departure: Departure): void;
}

/** Who is told of what a lane brings. */
export interface LaneReceiver {
  /** A peer's batch has come. */
  onBatch(batch: Batch): void;
  /** What left for this peer and is not acknowledged may be lost. */
  onLost(peer: GlobalName, reason: string): void;
}
