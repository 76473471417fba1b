/** What a conformance kit says of each rule, whatever it checks. */
import { table } from "../terminal/table.ts";

export interface Rule {
  /** Stable, so that scripts may name it. */
  readonly id: string;
  /** The paragraph of docs/abi.md that it comes from. */
  readonly paragraph: string;
  /** What is held to be so. */
  readonly sentence: string;
}

export type Verdict =
  | { readonly kind: "pass"; readonly note?: string }
  | { readonly kind: "fail"; readonly problems: readonly string[] }
  /** The rule does not apply here, or could not be judged; why is a sentence. */
  | { readonly kind: "not applicable"; readonly why: string };

export interface Judgement {
  readonly rule: Rule;
  readonly verdict: Verdict;
}

export const pass = (note?: string): Verdict => (note === undefined ? { kind: "pass" } : { kind: "pass", note });
export const notApplicable = (why: string): Verdict => ({ kind: "not applicable", why });
export const fail = (...problems: string[]): Verdict => ({ kind: "fail", problems });

/** A pass if there are no problems. */
export function without(problems: readonly string[], note?: string): Verdict {
  return problems.length === 0 ? pass(note) : { kind: "fail", problems };
}

export function hasFailed(judgements: readonly Judgement[]): boolean {
  return judgements.some(({ verdict }) => verdict.kind === "fail");
}

const WORD = { pass: "pass", fail: "FAIL", "not applicable": "-" } as const;

/** A table, what is wrong in full below it, and a last line that counts. */
export function verdictText(judgements: readonly Judgement[]): string {
  const rows = judgements.map(({ rule, verdict }) => [
    WORD[verdict.kind],
    rule.id,
    `§${rule.paragraph}`,
    remarked(rule.sentence, verdict),
  ]);
  return [
    table(["VERDICT", "RULE", "ABI", "WHAT IS HELD TO BE SO"], rows),
    ...failures(judgements),
    "",
    counted(judgements),
  ].join("\n");
}

function remarked(sentence: string, verdict: Verdict): string {
  if (verdict.kind === "not applicable") return `${sentence} (${verdict.why})`;
  return verdict.kind === "pass" && verdict.note !== undefined ? `${sentence} (${verdict.note})` : sentence;
}

function failures(judgements: readonly Judgement[]): string[] {
  return judgements.flatMap(({ rule, verdict }) =>
    verdict.kind === "fail"
      ? ["", `${rule.id} (docs/abi.md, section ${rule.paragraph}): ${rule.sentence}`, ...verdict.problems.map(indented)]
      : [],
  );
}

function indented(text: string): string {
  return text.replace(/^/gm, "    ");
}

function counted(judgements: readonly Judgement[]): string {
  const count = (kind: Verdict["kind"]) => judgements.filter(({ verdict }) => verdict.kind === kind).length;
  return `${count("pass")} passed, ${count("fail")} failed, ${count("not applicable")} not applicable.`;
}

export function verdictJson({ rule, verdict }: Judgement): Record<string, unknown> {
  const { kind, ...said } = verdict;
  return { ...rule, verdict: kind, ...said };
}
