/**
 * A guest's budget of computing time, which code that was metered at build time asks for (docs/abi.md, section 7).
 *
 * Invariants
 * 1. Between two blocking points a guest computes for no longer than its limit: then it is doomed.
 * 2. A doomed guest gets no further budget, and a trap that it cannot catch, so that no handler of its own keeps it going.
 * 3. A start function cannot be suspended: it has no pauses, and so less time.
 */
import { CpuBudget, LOT_UNITS } from "../core/cpu-budget.ts";
import { START_CPU_MS_MAX, STOP_CPU_MS_MAX } from "../core/limits.ts";
import type { MeteringImplementations } from "./abi.ts";
import { GuestFault } from "./memory.ts";

/** What the meter has to know of its guest, and to do to it. */
export interface Metered {
  readonly cpuMs: number;
  readonly memoryMb: number;
  monotonic(): number;
  /** True once the instance exists, so that it can be suspended. */
  readonly started: boolean;
  readonly doomed: boolean;
  readonly stopping: boolean;
  doom(fault: unknown): void;
  /** Turns that ended by the fast path count from here on. */
  settle(): void;
  /** Whatever was done by it does, and nothing more is. */
  surface(): void;
  /** Ends a guest that is asked to stop. */
  stopNow(): void;
  /** Lets the event loop have its turn. */
  breathe(): Promise<void>;
  /** Runs what may run between two instructions of a computation. */
  runAtSafePoint(): Promise<void>;
}

const PAGES_PER_MB = 16;
/** The answers to the guest, but for a number of units. */
const PAUSE = 0;
const NO_MORE = -1;

export class Meter {
  readonly #guest: Metered;
  readonly #budget: CpuBudget;
  #refusedMemory = false;

  constructor(guest: Metered) {
    this.#guest = guest;
    this.#budget = new CpuBudget(guest.monotonic());
  }

  /** True if its memory could not grow in the turn that is open. */
  get refusedMemory(): boolean {
    return this.#refusedMemory;
  }

  startTurn(): void {
    this.#budget.startTurn();
    this.#refusedMemory = false;
  }

  startSlice(nowMs: number): void {
    this.#budget.startSlice(nowMs);
  }

  get imports(): MeteringImplementations {
    return {
      tick: () => this.#tick(),
      pause: () => this.#pause(),
      may_grow: (pages, more) => this.#mayGrow(pages >>> 0, more >>> 0),
    };
  }

  #tick(): number {
    const guest = this.#guest;
    if (guest.doomed) return NO_MORE;
    guest.settle();
    const limitMs = this.#limitMs;
    const verdict = this.#budget.spend(guest.monotonic(), limitMs);
    if (verdict === "go on") return LOT_UNITS;
    guest.surface();
    if (verdict === "used up") return this.#end(limitMs);
    if (guest.started) return PAUSE;
    this.#budget.resume(guest.monotonic());
    return LOT_UNITS;
  }

  get #limitMs(): number {
    const { cpuMs, started, stopping } = this.#guest;
    if (!started) return Math.min(cpuMs, START_CPU_MS_MAX);
    return stopping ? Math.min(cpuMs, STOP_CPU_MS_MAX) : cpuMs;
  }

  #end(limitMs: number): number {
    const guest = this.#guest;
    if (guest.stopping) guest.stopNow();
    else guest.doom(new GuestFault(usedUp(limitMs, guest.started)));
    return NO_MORE;
  }

  async #pause(): Promise<number> {
    const guest = this.#guest;
    try {
      await guest.breathe();
      this.#budget.resume(guest.monotonic());
      await guest.runAtSafePoint();
    } catch (error) {
      guest.doom(error);
    }
    return guest.doomed ? NO_MORE : LOT_UNITS;
  }

  #mayGrow(pages: number, more: number): number {
    if (pages + more <= this.#guest.memoryMb * PAGES_PER_MB) return 1;
    this.#guest.settle();
    this.#refusedMemory = true;
    return 0;
  }
}

function usedUp(limitMs: number, started: boolean): string {
  return started
    ? `The atom used more than ${limitMs} ms of CPU in one turn without a blocking point (cpu_ms).`
    : `The start function used more than ${limitMs} ms of CPU, and cannot be suspended: export it as _initialize.`;
}
