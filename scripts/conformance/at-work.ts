/**
 * Sends a module something and tells what became of it.
 *
 * Invariants
 * 1. A trap is told once, by the step that it came at.
 * 2. A module that is still at work after `PATIENCE_MS` breaks no rule: an atom may wait as long as it likes.
 * 3. Nor does a command that ends with an exit code: that is what it makes of what it was sent.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { AtomReport, ControlApi, HttpAnswer } from "./control-api.ts";
import { ATOM } from "./trial.ts";
import { fail, notApplicable, pass, type Verdict } from "./verdict.ts";

export const PATIENCE_MS = 3_000;
const POLL_MS = 20;

const NOTHING_YET = { state: "idle", reason: null } as const;
const ENDED = "its invoke has returned";
const NOT_STARTED = "it does not start";
/** What the runtime says of it (durable/engine/exit-code.ts). */
const EXITED = /^The atom exited with code \d+\./;

export class AtWork {
  readonly #api: ControlApi;
  #report: AtomReport | undefined;
  #trapsSeen = "";

  constructor(api: ControlApi) {
    this.#api = api;
  }

  /** Why the atom did not come as far as its first message, if it did not. */
  get loadFailure(): string | undefined {
    const { state, reason } = this.#report ?? NOTHING_YET;
    return state === "failed" ? (reason ?? "It could not be loaded.") : undefined;
  }

  /** Does something to the atom; a failure if it trapped or ended, a pass once nothing is left in its mailbox. */
  async verdictOf(act: (api: ControlApi) => Promise<string | undefined>): Promise<Verdict> {
    if (this.#hasEnded) return notApplicable(ENDED);
    if (this.loadFailure !== undefined) return notApplicable(NOT_STARTED);
    const note = await act(this.#api);
    const report = await this.#settled();
    const trap = this.#newTrap(report);
    if (this.loadFailure !== undefined) return notApplicable(NOT_STARTED);
    const exited = trap === undefined ? undefined : EXITED.exec(trap)?.[0];
    if (exited !== undefined) return pass(exited);
    if (trap !== undefined) return fail(trap);
    if (this.#hasEnded) return fail(ENDED);
    const late = `it is still at work after ${PATIENCE_MS / 1000} s`;
    return report.mailbox.messages === 0 ? pass(note) : notApplicable(late);
  }

  get #hasEnded(): boolean {
    return this.#report?.state === "ended";
  }

  async #settled(): Promise<AtomReport> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const report = await this.#api.report(ATOM);
      this.#report = report;
      const atRest = report.mailbox.messages === 0 && report.state !== "backoff";
      if (atRest || report.state === "failed" || report.state === "ended" || Date.now() > deadline) return report;
      await sleep(POLL_MS);
    }
  }

  #newTrap({ lastTrap }: AtomReport): string | undefined {
    const identity = lastTrap === null ? "" : `${lastTrap.time} ${lastTrap.text}`;
    if (identity === this.#trapsSeen) return undefined;
    this.#trapsSeen = identity;
    return lastTrap?.text;
  }
}

/** How an atom ended what it was asked, as a note. */
export function noteOf({ status, text }: HttpAnswer): string {
  if (status === 200) return "it replied";
  if (status === 502) return `it failed: ${detailOf(text)}`;
  return status === 504 ? "no answer yet" : `answered with ${status}`;
}

function detailOf(text: string): string {
  const problem = JSON.parse(text) as { readonly detail?: string };
  return problem.detail?.split("\n")[0] ?? text;
}
