/** One rule that a runtime is held to: a sentence, and what shows that it is so. */
import { deepStrictEqual } from "node:assert/strict";
import type { Rule } from "../../../scripts/conformance/verdict.ts";
import { call, out, type Step } from "../puppet-program.ts";
import type { Kit } from "./kit.ts";

export interface RuntimeRule extends Rule {
  /** Throws what is wrong. */
  readonly check: (kit: Kit) => Promise<void>;
}

export function rule(id: string, paragraph: string, sentence: string, check: RuntimeRule["check"]): RuntimeRule {
  return { id, paragraph, sentence, check };
}

export function expectEqual(found: unknown, expected: unknown): void {
  deepStrictEqual(found, expected);
}

export function expectMatch(found: string | undefined, pattern: RegExp): void {
  if (found === undefined || !pattern.test(found))
    throw new Error(`${JSON.stringify(found)} does not match ${pattern}.`);
}

// ---- Steps that many rules take

/** Says something in the log, as a line of its own. */
export const say = (text: string): Step => call("core.log", 2, text);
export const reply = (text: string): Step => call("messaging.reply", text);
export const sleepFor = (ms: number): Step => call("core.sleep", ms);
export const lastError = (): Step => call("core.last_error", out(400));
export const awaited = (future: Step, timeout = -1): Step => call("future.await", future, timeout, out(40));
