/** What happened in a run: transfers and what the clients were told, faults, and how long the system took to come back. */
import type { Submitted } from "./client.ts";
import type { SmallFault } from "./faults.ts";
import type { Told } from "./ledger.ts";
import type { Transfer, Verdict } from "./transfers.ts";

export class Tally {
  readonly told: Told[] = [];
  readonly #verdicts = new Map<Verdict, number>();
  readonly #faults = new Map<string, number>();
  #repeated = 0;
  #kills = 0;
  #sockets = 0;
  #killedAtMs: number | undefined;
  #recoveryMsMax = 0;

  submitted(transfer: Transfer, { verdict, attempts, answeredFromMs }: Submitted): void {
    this.told.push({ transfer, verdict });
    this.#verdicts.set(verdict, (this.#verdicts.get(verdict) ?? 0) + 1);
    if (attempts > 1) this.#repeated += 1;
    // An answer to an attempt from before the kill says nothing of the system after it.
    if (this.#killedAtMs === undefined || answeredFromMs < this.#killedAtMs || verdict === "unknown") return;
    this.#recoveryMsMax = Math.max(this.#recoveryMsMax, Date.now() - this.#killedAtMs);
    this.#killedAtMs = undefined;
  }

  killed(nowMs: number): void {
    this.#kills += 1;
    this.#killedAtMs ??= nowMs;
  }

  fault(kind: SmallFault["kind"]): void {
    this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + 1);
  }

  socketsEnded(count: number): void {
    this.#sockets += count;
  }

  get transfers(): number {
    return this.told.length;
  }
  get kills(): number {
    return this.#kills;
  }
  get sockets(): number {
    return this.#sockets;
  }
  /** True from a kill until a client was answered. */
  get recovering(): boolean {
    return this.#killedAtMs !== undefined;
  }
  get recoveryMsMax(): number {
    return this.#recoveryMsMax;
  }

  /** Answered with this verdict. */
  count(verdict: Verdict): number {
    return this.#verdicts.get(verdict) ?? 0;
  }

  line(): string {
    const verdicts = [...this.#verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
    const faults = [...this.#faults].map(([kind, count]) => `${count} ${kind}`).join(", ");
    return `${this.transfers} transfers (${verdicts}; ${this.#repeated} ordered more than once), ${this.#kills} kills, ${faults}, ${this.#sockets} sockets ended`;
  }
}
