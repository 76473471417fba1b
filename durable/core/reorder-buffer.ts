/**
 * The frames of a channel that came ahead of their turn.
 *
 * Invariants
 * 1. A channel keeps REORDER_FRAMES_MAX of them, all channels of an atom REORDER_BYTES_MAX together: a peer that never sends what is
 *    missing, or that makes up senders, fills no more. What is not kept leaves again when its sender has waited for the ack.
 * 2. What is kept is a copy: the frame as it came is a part of its batch, all of which would stay in memory.
 */
import type { Frame } from "./frame.ts";
import { REORDER_BYTES_MAX, REORDER_FRAMES_MAX } from "./limits.ts";

/** What the buffers of one atom hold together. */
export interface Reordering {
  bytes: number;
}

export class ReorderBuffer {
  readonly #frames = new Map<number, Frame>();
  readonly #all: Reordering;

  constructor(all: Reordering) {
    this.#all = all;
  }

  get size(): number {
    return this.#frames.size;
  }

  /** Keeps the frame, if there is room for it. */
  add(frame: Frame): void {
    const { first, body } = frame;
    if (this.#frames.has(first) || this.#frames.size >= REORDER_FRAMES_MAX) return;
    if (this.#all.bytes + body.length > REORDER_BYTES_MAX) return;
    this.#all.bytes += body.length;
    this.#frames.set(first, { ...frame, body: body.slice() });
  }

  /** The frame that starts with this number, which is the caller's from here on. */
  take(first: number): Frame | undefined {
    const frame = this.#frames.get(first);
    if (frame) this.#delete(frame);
    return frame;
  }

  dropBelow(first: number): void {
    for (const frame of this.#frames.values()) if (frame.first < first) this.#delete(frame);
  }

  clear(): void {
    for (const frame of this.#frames.values()) this.#delete(frame);
  }

  #delete({ first, body }: Frame): void {
    this.#frames.delete(first);
    this.#all.bytes -= body.length;
  }
}
