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
  /** A peer's batch has come. Throws if it cannot be read; then nothing of it counts, and the peer has to learn that it is lost. */
  onBatch(batch: Batch): void;
  /** What left for this peer and is not acknowledged may be lost. */
  onLost(peer: GlobalName, reason: string): void;
  /** A batch of this peer's came and cannot be read: something is wrong with one of the two. */
  onUnreadable(peer: GlobalName, reason: string): void;
}
