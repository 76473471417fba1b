/**
 * The pump between an atom's links and its lane: sends every batch that is due, and wakes up for the next one.
 * Its owner calls `pump` after each flush, so a batch leaves only with what that flush made durable.
 */
import type { Clock } from "../clock.ts";
import type { Lane } from "../core/lane.ts";
import type { Peers } from "../core/peers.ts";

const TIMER_MS_MAX = 60_000;

export class Pump {
  readonly #peers: Peers;
  readonly #lane: Lane;
  readonly #clock: Clock;
  readonly #settle: () => void;
  #cancelTimer: (() => void) | undefined;
  #timerAtMs = Infinity;

  /** `settle`: something is due; flush, and pump. */
  constructor(peers: Peers, lane: Lane, clock: Clock, settle: () => void) {
    this.#peers = peers;
    this.#lane = lane;
    this.#clock = clock;
    this.#settle = settle;
  }

  pump(): void {
    const nowMs = this.#clock.now();
    for (const link of this.#peers.links) {
      const departure = link.depart(nowMs);
      if (departure) this.#lane.send(link.peer, departure);
    }
    this.#schedule(this.#peers.dueAtMs(), nowMs);
  }

  #schedule(dueAtMs: number, nowMs: number): void {
    // A timer that comes too early costs less than one that is set anew with every batch.
    if (dueAtMs >= this.#timerAtMs) return;
    this.#cancelTimer?.();
    this.#timerAtMs = dueAtMs;
    const waitMs = Math.min(TIMER_MS_MAX, Math.max(0, dueAtMs - nowMs));
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      this.#timerAtMs = Infinity;
      this.#settle();
    });
  }
}
