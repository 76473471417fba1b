/**
 * Supervision: when an instance that trapped starts again.
 *
 * Invariants
 * 1. A row of traps belongs to the mail that is blamed for them: the n-th in it waits RESTART_BACKOFF_MS_MIN * 2^(n-1),
 *    RESTART_BACKOFF_MS_MAX at most. Another mail that is blamed starts a row of its own; a trap that no mail is blamed for
 *    goes on with the row that there is.
 * 2. A mail that is buried takes its row along: the instance after it waits RESTART_BACKOFF_MS_MIN, doubled with each burial
 *    since the last mail that was consumed, BURIAL_BACKOFF_MS_MAX at most. So a good message hardly pays for the bad ones
 *    before it, and a module that traps on every message does not spin.
 * 3. An instance that consumed a mail, or ran HEALTHY_AFTER_MS, ends the row and forgets the burials; so does a restart
 *    from outside.
 */
import { BURIAL_BACKOFF_MS_MAX, HEALTHY_AFTER_MS, RESTART_BACKOFF_MS_MAX, RESTART_BACKOFF_MS_MIN } from "./limits.ts";

export interface Trap {
  readonly atMs: number;
  /** What went wrong, and where in the module. */
  readonly text: string;
}

/** The mail that a trap counts against; `buried`: it goes to the dead letters for that. */
export interface Blame {
  readonly position: number;
  /** How often it has trapped the atom by now. */
  readonly traps: number;
  readonly buried: boolean;
}

export class Supervisor {
  #row = 0;
  /** The position of the mail whose row it is; null if no mail was blamed yet. */
  #rowOf: number | null = null;
  #burials = 0;
  /** When the instance that runs started; null if none does. */
  #startedAtMs: number | null = null;
  #restarts = 0;
  #lastTrap: Trap | null = null;

  get restarts(): number {
    return this.#restarts;
  }
  get lastTrap(): Trap | null {
    return this.#lastTrap;
  }

  restore(lastTrap: Trap | null): void {
    this.#lastTrap = lastTrap;
  }

  onStart(nowMs: number): void {
    this.#startedAtMs = nowMs;
  }

  /** A mail was consumed, or the atom is restarted from outside. */
  onProgress(): void {
    this.#endRow();
    this.#burials = 0;
  }

  /** Returns when the next instance may start, in ms. */
  onTrap(text: string, blame: Blame | null, nowMs: number): number {
    const ranMs = this.#startedAtMs === null ? 0 : nowMs - this.#startedAtMs;
    this.#startedAtMs = null;
    if (ranMs >= HEALTHY_AFTER_MS) this.onProgress();
    this.#restarts += 1;
    this.#lastTrap = { atMs: nowMs, text };
    return nowMs + (blame?.buried ? this.#afterBurialMs() : this.#inRowMs(blame));
  }

  #inRowMs(blame: Blame | null): number {
    if (blame && blame.position !== this.#rowOf) {
      this.#endRow();
      this.#rowOf = blame.position;
    }
    this.#row += 1;
    return backoffMs(this.#row, RESTART_BACKOFF_MS_MAX);
  }

  #afterBurialMs(): number {
    this.#endRow();
    this.#burials += 1;
    return backoffMs(this.#burials, BURIAL_BACKOFF_MS_MAX);
  }

  #endRow(): void {
    this.#row = 0;
    this.#rowOf = null;
  }
}

/** The wait after the n-th of a row. */
function backoffMs(n: number, most: number): number {
  return Math.min(most, RESTART_BACKOFF_MS_MIN * 2 ** Math.min(n - 1, 16));
}
