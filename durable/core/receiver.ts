/** The receiver half of a channel; the invariants are those of `channel.ts`. */
import type { Frame } from "./frame.ts";
import { ReorderBuffer, type Reordering } from "./reorder-buffer.ts";

export interface ReceiverState {
  /** The sender's incarnation. */
  readonly epoch: number;
  readonly next: number;
}

/**
 * What became of a frame: `taken` into account, meant for an incarnation that was `replaced` by this one, or `stale`,
 * of an incarnation of the sender that is gone and listens no more.
 */
export interface Reception {
  readonly kind: "taken" | "replaced" | "stale";
  /** In order, to be put into the mailbox and committed together with the new state. */
  readonly deliver: readonly Frame[];
}

export class ReceiverChannel {
  #epoch = 0;
  #next = 1;
  #committed = 1;
  #refusing = false;
  readonly #ahead: ReorderBuffer;

  /** `reordering`: of the atom. */
  constructor(reordering: Reordering = { bytes: 0 }) {
    this.#ahead = new ReorderBuffer(reordering);
  }

  restore(state: ReceiverState): void {
    this.#epoch = state.epoch;
    this.#next = state.next;
    this.#committed = state.next;
  }

  get state(): ReceiverState {
    return { epoch: this.#epoch, next: this.#next };
  }
  get committed(): number {
    return this.#committed;
  }
  /** True if the store knows all that was received, and all that was skipped. */
  get isCommitted(): boolean {
    return this.#committed === this.#next;
  }
  /** True if the frame that is next was refused for want of room; until that one comes again, no other is kept. */
  get refusing(): boolean {
    return this.#refusing;
  }
  /** How many frames came ahead of their turn. */
  get ahead(): number {
    return this.#ahead.size;
  }

  markCommitted(): void {
    this.#committed = this.#next;
  }

  /** There is room again. */
  resume(): void {
    this.#refusing = false;
  }

  /** `epoch` is the receiver's own incarnation; `reserve` is asked for room before each frame is delivered. */
  onFrame(frame: Frame, epoch: number, reserve: (frame: Frame) => boolean): Reception {
    if (frame.fromEpoch < this.#epoch) return { kind: "stale", deliver: [] };
    if (frame.toEpoch !== 0 && frame.toEpoch !== epoch) return { kind: "replaced", deliver: [] };
    if (frame.fromEpoch > this.#epoch) this.#open(frame);
    // The sender gave up the numbers below (the atom was unknown for a while): they will never come.
    this.#next = Math.max(this.#next, frame.base);
    if (frame.first > this.#next && !this.#refusing) this.#ahead.add(frame);
    const inTurn = frame.first === this.#next ? frame : undefined;
    return { kind: "taken", deliver: this.#drain(inTurn, reserve) };
  }

  #open(frame: Frame): void {
    this.#epoch = frame.fromEpoch;
    this.#next = frame.base;
    this.#committed = frame.base;
    this.#refusing = false;
    this.#ahead.clear();
  }

  #drain(inTurn: Frame | undefined, reserve: (frame: Frame) => boolean): Frame[] {
    const deliver: Frame[] = [];
    for (let frame = inTurn ?? this.#ahead.take(this.#next); frame; frame = this.#ahead.take(this.#next)) {
      this.#refusing = !reserve(frame);
      if (this.#refusing) {
        // A full atom holds nothing beyond its mailbox: the sender has it all.
        this.#ahead.clear();
        break;
      }
      this.#next += frame.count;
      deliver.push(frame);
    }
    // What came twice, or was given up, is still there.
    if (this.#ahead.size > 0) this.#ahead.dropBelow(this.#next);
    return deliver;
  }
}
