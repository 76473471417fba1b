/** The figures as a row a language: each ratio beside what was measured. */
import { table } from "../../../scripts/terminal/table.ts";
import type { FigureResult } from "../run-figures.ts";
import type { BuiltLanguage } from "./languages.ts";
import { TASKS, type Task } from "./figures.ts";

export interface LanguageResult {
  readonly language: BuiltLanguage;
  readonly figures: readonly FigureResult[];
}

const HEADER = ["language", "module KB", "echo", "kv put", "kernel", "unmetered", "metering costs"];

export function languageTable(results: readonly LanguageResult[]): string {
  const measured = results.filter(({ language }) => language.kind === "built");
  const others = results.flatMap(({ language }) =>
    language.kind === "built" ? [] : [`${language.name} ${language.kind}: ${language.why}`],
  );
  const failed = results.flatMap(({ figures }) =>
    figures.flatMap((each) => (each.ok ? [] : [`${each.name} failed: ${each.error}`])),
  );
  return [table(HEADER, measured.map(rowOf)), ...others, ...failed].join("\n");
}

function rowOf({ language, figures }: LanguageResult): string[] {
  const of = (task: Task) => figures.find(({ name }) => name === `${language.name} ${task}`);
  const [kernel, unmetered] = [of("kernel"), of("kernel-unmetered")];
  const costs = kernel?.ok && unmetered?.ok ? (kernel.median / unmetered.median).toFixed(2) : "-";
  const bytes = language.kind === "built" ? language.bytes : NaN;
  return [language.name, (bytes / 1024).toFixed(1), ...TASKS.map((task) => cellOf(of(task))), costs];
}

/** `1.21 x (97 us)` */
function cellOf(result: FigureResult | undefined): string {
  if (!result?.ok) return "-";
  const ratio = result.comparisons[0]?.ratio.median ?? NaN;
  return `${ratio.toFixed(2)} x (${result.median.toPrecision(3)} ${result.readings[0]?.unit ?? ""})`;
}
