/**
 * The pump between an atom's links and its lane: sends every batch that is due, and wakes up for the next one.
 * Its owner calls `pump` after each flush, so a batch leaves only with what that flush made durable.
 */
import type { Clock } from "../clock.ts";
import type { Lane } from "../core/lane.ts";
import type { Peers } from "../core/peers.ts";
import { WakeTimer } from "../wake-timer.ts";

export class Pump {
  readonly #peers: Peers;
  readonly #lane: Lane;
  readonly #clock: Clock;
  readonly #timer: WakeTimer;

  /** `settle`: something is due; flush, and pump. */
  constructor(peers: Peers, lane: Lane, clock: Clock, settle: () => void) {
    this.#peers = peers;
    this.#lane = lane;
    this.#clock = clock;
    this.#timer = new WakeTimer(clock, settle);
  }

  /** True if something would leave with `pump` now. */
  get sends(): boolean {
    return this.#peers.departs(this.#clock.now());
  }

  pump(): void {
    const dueAtMs = this.#peers.depart(this.#clock.now(), (to, departure) => this.#lane.send(to, departure));
    this.#timer.by(dueAtMs);
  }
}
