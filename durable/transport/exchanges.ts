/**
 * The pump between an atom's links and its lane: opens every exchange that is due, and wakes up for the next one.
 * Its owner calls `pump` after each flush; an exchange leaves only what that flush made durable.
 */
import type { Clock } from "../clock.ts";
import type { Batch } from "../core/frame.ts";
import type { Lane } from "../core/lane.ts";
import type { Link } from "../core/link.ts";

const TIMER_MS_MAX = 60_000;

export interface ExchangeOwner {
  readonly clock: Clock;
  links(): Iterable<Link>;
  /** A peer's answer has come. */
  onBatch(batch: Batch): void;
  /** Something is due: flush and pump. */
  settle(): void;
  log(text: string): void;
  /** Keeps the object alive until the promise settles. */
  waitUntil(work: Promise<unknown>): void;
}

export class Exchanges {
  readonly #owner: ExchangeOwner;
  readonly #lane: Lane;
  #cancelTimer: (() => void) | undefined;
  #timerAtMs = Infinity;

  constructor(owner: ExchangeOwner, lane: Lane) {
    this.#owner = owner;
    this.#lane = lane;
  }

  pump(): void {
    const nowMs = this.#owner.clock.now();
    let dueAtMs = Infinity;
    for (const link of this.#owner.links()) {
      const batch = link.open(nowMs);
      if (batch) this.#owner.waitUntil(this.#exchange(link, batch));
      dueAtMs = Math.min(dueAtMs, link.dueAtMs());
    }
    this.#schedule(dueAtMs, nowMs);
  }

  async #exchange(link: Link, batch: Batch): Promise<void> {
    const reached = !link.unreachable;
    try {
      const answer = await this.#lane.exchange(link.peer, batch);
      link.onExchangeEnd("answered", this.#owner.clock.now());
      this.#owner.onBatch(answer);
    } catch (error) {
      link.onExchangeEnd("failed", this.#owner.clock.now());
      if (reached) this.#owner.log(`${link.peer} could not be reached and will be tried again: ${String(error)}`);
    }
    this.#owner.settle();
  }

  #schedule(dueAtMs: number, nowMs: number): void {
    if (dueAtMs === this.#timerAtMs) return;
    this.#cancelTimer?.();
    this.#timerAtMs = dueAtMs;
    if (dueAtMs === Infinity) return;
    const waitMs = Math.min(TIMER_MS_MAX, Math.max(0, dueAtMs - nowMs));
    this.#cancelTimer = this.#owner.clock.after(waitMs, () => {
      this.#timerAtMs = Infinity;
      this.#owner.settle();
    });
  }
}
