/** Refused requests in the log of the runtime: one of a kind in a while, however many come. */
import type { Refusal } from "../../durable/signing/refusal.ts";

const AGAIN_MS = 60_000;

export class RefusalLog {
  readonly #toldAtMs = new Map<Refusal["code"], number>();

  add({ code, reason }: Refusal, nowMs: number): void {
    const toldAtMs = this.#toldAtMs.get(code) ?? -Infinity;
    if (nowMs - toldAtMs < AGAIN_MS) return;
    this.#toldAtMs.set(code, nowMs);
    console.warn(`A request between runtimes was refused (${code}): ${reason}`);
  }
}
