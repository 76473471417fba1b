/**
 * The lane to atoms of runtimes that no binding reaches: a signed request a batch. Such a way may be slow, or swallow what it is
 * given for a while, where calls by a binding come back or fail at once.
 *
 * Invariant
 * 1. What stalled leaves again only if no call to that peer began within STALLED_EVERY_MS: a batch that takes longer than its
 *    channel waits is not sent over and over beside itself, which would make the way slower still.
 */
import type { Clock } from "../clock.ts";
import type { Departure, Lane } from "../core/lane.ts";
import type { GlobalName } from "../core/names.ts";

export const STALLED_EVERY_MS = 5_000;
/** Peers whose last call is remembered; who is forgotten may be called once too often. */
const PEERS_MAX = 10_000;

export class RemoteLane implements Lane {
  readonly #calls: Lane;
  readonly #clock: Clock;
  readonly #beganAtMs = new Map<GlobalName, number>();

  constructor(calls: Lane, clock: Clock) {
    this.#calls = calls;
    this.#clock = clock;
  }

  send(to: GlobalName, departure: Departure): void {
    const nowMs = this.#clock.now();
    if (departure.stalled && nowMs - (this.#beganAtMs.get(to) ?? -Infinity) < STALLED_EVERY_MS) return;
    if (this.#beganAtMs.size >= PEERS_MAX) this.#beganAtMs.clear();
    this.#beganAtMs.set(to, nowMs);
    this.#calls.send(to, departure);
  }
}
