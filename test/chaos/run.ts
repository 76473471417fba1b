/**
 * One chaos run: clients order transfers while faults come, then the faults end, and the books have to become right in a
 * bounded time and stay so.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { RuntimeEntry } from "../../durable/core/application.ts";
import { runtimeEntries } from "../../scripts/formula/application.ts";
import { bankOf } from "./bank.ts";
import { readBooks } from "./books.ts";
import { bankIn, buildBank } from "./build.ts";
import { submit } from "./client.ts";
import { drawFaults, faultPath, type Fault, type SmallFault } from "./faults.ts";
import { discrepancies } from "./ledger.ts";
import type { ChaosOptions } from "./options.ts";
import { Random } from "./random.ts";
import { System } from "./system.ts";
import { Tally } from "./tally.ts";
import { drawTransfer } from "./transfers.ts";

const PROGRESS_MS = 2_000;
const FAULT_ANSWER_MS_MAX = 2_000;
/** A kill waits until the system has come back from the one before, and answers again; that takes so long at most. */
const RECOVERY_MS_MAX = 60_000;
const RECOVERY_POLL_MS = 20;
/** While a kill is recovered from, small faults fall due: they are left out, rather than done all at once afterwards. */
const LATE_MS_MAX = 500;
/** When the faults are over, every client has its answer after this long, and every book is right after as long again. */
const SETTLE_MS_MAX = 60_000;
const AUDIT_PAUSE_MS = 500;
/** What comes twice may come late: right books are looked at once more after this long. */
const STAY_MS = 2_000;

export interface ChaosResult {
  readonly tally: Tally;
  /** Empty if every book is right. */
  readonly discrepancies: readonly string[];
}

/** Runs in `folder`, which is left as it is; `say` gets a line now and then. */
export async function runChaos(
  options: ChaosOptions,
  folder: string,
  say: (line: string) => void,
): Promise<ChaosResult> {
  await buildBank(folder, bankOf(options.accounts));
  const run = new ChaosRun(await System.start(folder), folder, options, say);
  try {
    return await run.result();
  } finally {
    await run.system.stop();
  }
}

class ChaosRun {
  readonly system: System;
  readonly #entries: readonly RuntimeEntry[];
  readonly #options: ChaosOptions;
  readonly #say: (line: string) => void;
  readonly #bank;
  readonly #tally = new Tally();
  readonly #startMs = Date.now();

  constructor(system: System, folder: string, options: ChaosOptions, say: (line: string) => void) {
    this.system = system;
    const formula = bankIn(folder);
    this.#entries = runtimeEntries(formula, formula.leader, "one process");
    this.#options = options;
    this.#say = say;
    this.#bank = bankOf(options.accounts);
  }

  async result(): Promise<ChaosResult> {
    const progress = setInterval(() => this.#progress(), PROGRESS_MS);
    try {
      await this.#load();
      return { tally: this.#tally, discrepancies: await this.#audit() };
    } finally {
      clearInterval(progress);
    }
  }

  /** The clients and the faults, until every client has an answer or there is no more hope of one. */
  async #load(): Promise<void> {
    let loading = true;
    const giveUp = new AbortController();
    const clients = Array.from({ length: this.#options.clients }, (_, client) =>
      this.#client(client, () => loading, giveUp.signal),
    );
    await this.#faults();
    loading = false;
    this.#say(`${this.#elapsed()} the faults are over`);
    const hopeless = setTimeout(() => giveUp.abort(), SETTLE_MS_MAX);
    await Promise.all(clients);
    clearTimeout(hopeless);
  }

  async #client(client: number, loading: () => boolean, giveUp: AbortSignal): Promise<void> {
    const random = new Random(this.#options.seed, client + 1);
    for (let count = 1; loading(); count += 1) {
      const transfer = drawTransfer(`c${client}-${count}`, this.#bank, random);
      this.#tally.submitted(transfer, await submit(transfer, () => this.system.url, giveUp));
    }
  }

  async #faults(): Promise<void> {
    const { kills, seconds, seed } = this.#options;
    for (const fault of drawFaults(seconds * 1_000, kills, this.#bank, new Random(seed, 0))) {
      const lateMs = Date.now() - this.#startMs - fault.atMs;
      if (fault.kind !== "kill" && lateMs > LATE_MS_MAX) continue;
      await sleep(Math.max(0, -lateMs));
      await this.#inject(fault);
    }
    await sleep(Math.max(0, this.#endMs - Date.now()));
    await this.#recovered();
  }

  async #inject(fault: Fault): Promise<void> {
    if (fault.kind !== "kill") return this.#injectSmall(fault);
    await this.#recovered();
    this.#say(`${this.#elapsed()} kill -9: ${fault.kill}`);
    this.#tally.killed(Date.now());
    await this.system.kill(fault.kill);
  }

  async #recovered(): Promise<void> {
    const untilMs = Date.now() + RECOVERY_MS_MAX;
    while (this.#tally.recovering && Date.now() < untilMs) await sleep(RECOVERY_POLL_MS);
  }

  /** An object that is aborted takes the answer with it, and a system that is down gives none: either is a fault, too. */
  async #injectSmall(fault: SmallFault): Promise<void> {
    this.#tally.fault(fault.kind);
    const url = this.system.url + faultPath(fault, this.#entries);
    try {
      const response = await fetch(url, { method: "POST", signal: AbortSignal.timeout(FAULT_ANSWER_MS_MAX) });
      if (fault.kind !== "lanes" || !response.ok) return void (await response.arrayBuffer());
      this.#tally.socketsEnded(((await response.json()) as { sockets: number }).sockets);
    } catch {
      // The fault did its work.
    }
  }

  /** What is wrong with the books once they had their time. */
  async #audit(): Promise<readonly string[]> {
    const untilMs = Date.now() + SETTLE_MS_MAX;
    let found = await this.#discrepancies();
    while (found.length > 0 && Date.now() < untilMs) {
      await sleep(AUDIT_PAUSE_MS);
      found = await this.#discrepancies();
    }
    if (found.length > 0) return found;
    this.#say(`${this.#elapsed()} every book is right`);
    await sleep(STAY_MS);
    return this.#discrepancies();
  }

  async #discrepancies(): Promise<readonly string[]> {
    try {
      return discrepancies(this.#tally.told, await readBooks(this.system.url, this.#bank));
    } catch (error) {
      return [`The books could not be read: ${String(error)}`];
    }
  }

  #progress(): void {
    this.#say(`${this.#elapsed()} ${this.#tally.line()}`);
  }

  #elapsed(): string {
    return `${((Date.now() - this.#startMs) / 1_000).toFixed(1).padStart(6)} s `;
  }

  get #endMs(): number {
    return this.#startMs + this.#options.seconds * 1_000;
  }
}
