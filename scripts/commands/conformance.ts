/** `radon conformance`: checks compiled modules against the ABI, rule by rule, at rest and at work. */
import { judgeDynamically, notRun } from "../conformance/dynamic-rules.ts";
import { judgeStatically } from "../conformance/static-rules.ts";
import { neededGrants, readSubject, sizeOf, wasiFunctions, type Subject } from "../conformance/subject.ts";
import type { TrialOptions } from "../conformance/trial.ts";
import { hasFailed, verdictJson, verdictText, type Judgement } from "../conformance/verdict.ts";
import { Console } from "../terminal/console.ts";
import { DEFAULT_SETTINGS } from "../../durable/core/application.ts";
import type { ConformanceCommandOptions } from "./conformance-options.ts";
import { EXIT } from "./exit-codes.ts";

interface Report {
  readonly subject: Subject;
  readonly judgements: readonly Judgement[];
}

export async function conformanceCommand(
  files: readonly string[],
  options: ConformanceCommandOptions,
): Promise<number> {
  const console = new Console(options.json === true);
  const reports: Report[] = [];
  for (const file of files) {
    console.status(`${file} ...`);
    const report = await check(await readSubject(file), options);
    console.status("");
    reports.push(report);
    if (options.json !== true) process.stdout.write(`${textOf(report)}\n`);
  }
  const ok = reports.every(({ judgements }) => !hasFailed(judgements));
  if (options.json === true) process.stdout.write(`${JSON.stringify({ ok, modules: reports.map(jsonOf) }, null, 2)}\n`);
  return ok ? EXIT.ok : EXIT.input;
}

async function check(subject: Subject, options: ConformanceCommandOptions): Promise<Report> {
  const { daemon, grants, memoryMb = DEFAULT_SETTINGS.memoryMb, value: config = {}, run } = options;
  const atRest = judgeStatically(subject, { grants, memoryMb });
  const trial: TrialOptions = { kind: daemon === true ? "daemon" : "reactive", grants, memoryMb, config };
  const atWork = await judgedAtWork(subject, atRest, run ? trial : undefined);
  return { subject, judgements: [...atRest, ...atWork] };
}

/** A module that breaks a rule at rest would break those at work for the same reason. */
function judgedAtWork(
  subject: Subject,
  atRest: readonly Judgement[],
  trial: TrialOptions | undefined,
): Judgement[] | Promise<Judgement[]> {
  if (trial === undefined) return notRun("it was not run");
  return hasFailed(atRest) ? notRun("a rule above is broken") : judgeDynamically(subject, trial);
}

function textOf({ subject, judgements }: Report): string {
  return [`${subject.file}: ${factsText(subject)}`, "", verdictText(judgements), ""].join("\n");
}

function factsText(subject: Subject): string {
  const { bytes, gzipped } = sizeOf(subject);
  const size = `${bytes.toLocaleString("en-US")} bytes, ${gzipped.toLocaleString("en-US")} gzipped`;
  if (typeof subject.module === "string") return size;
  const { working, enosys } = wasiFunctions(subject.module);
  const lines = [
    `grants: ${neededGrants(subject.module).join(", ") || "none"}`,
    ...(working.length > 0 ? [`WASI: ${working.join(", ")}`] : []),
    ...(enosys.length > 0 ? [`WASI that only answers ENOSYS: ${enosys.join(", ")}`] : []),
  ];
  return [size, ...lines].join("\n  ");
}

function jsonOf({ subject, judgements }: Report): Record<string, unknown> {
  const { file, module } = subject;
  const known = typeof module === "string" ? {} : { grants: neededGrants(module), wasi: wasiFunctions(module) };
  return { file, ok: !hasFailed(judgements), size: sizeOf(subject), ...known, rules: judgements.map(verdictJson) };
}
