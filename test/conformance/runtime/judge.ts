/** Judges a runtime by all its rules, one after the other. */
import type { ControlApi } from "../../../scripts/conformance/control-api.ts";
import { fail, pass, type Judgement } from "../../../scripts/conformance/verdict.ts";
import { Kit } from "./kit.ts";
import type { RuntimeRule } from "./rule.ts";
import { byteRules } from "./rules/bytes.ts";
import { callbackRules } from "./rules/callbacks.ts";
import { messageRules } from "./rules/messages.ts";
import { requestRules } from "./rules/requests.ts";
import { storeRules } from "./rules/stores.ts";
import { turnRules } from "./rules/turns.ts";

export const RUNTIME_RULES: readonly RuntimeRule[] = [
  ...byteRules,
  ...turnRules,
  ...callbackRules,
  ...requestRules,
  ...messageRules,
  ...storeRules,
];

export async function judgeRuntime(
  api: ControlApi,
  rules: readonly RuntimeRule[] = RUNTIME_RULES,
  onRule: (rule: RuntimeRule) => void = () => undefined,
): Promise<Judgement[]> {
  const kit = new Kit(api);
  const judgements: Judgement[] = [];
  for (const each of rules) {
    onRule(each);
    judgements.push(await judge(kit, each));
  }
  return judgements;
}

async function judge(kit: Kit, { check, ...rule }: RuntimeRule): Promise<Judgement> {
  try {
    await kit.reset();
    await check(kit);
    return { rule, verdict: pass() };
  } catch (error) {
    return { rule, verdict: fail(error instanceof Error ? error.message : String(error)) };
  }
}
