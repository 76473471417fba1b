/** `npm run conformance:runtime -- URL`: judges whatever answers there, by its control API alone. */
import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { ControlApi } from "../../../scripts/conformance/control-api.ts";
import { hasFailed, verdictJson, verdictText } from "../../../scripts/conformance/verdict.ts";
import { namesOf } from "../../bench/arguments.ts";
import { assembleFile } from "../../engine/wat.ts";
import { judgeRuntime, RUNTIME_RULES } from "./judge.ts";
import { globalName, PUPPETS } from "./kit.ts";
import type { RuntimeRule } from "./rule.ts";

interface Options {
  readonly only: readonly (RuntimeRule & { readonly name: string })[];
  readonly json?: true;
  readonly puppet?: string;
}

const USAGE_ERROR = 2;
const named = RUNTIME_RULES.map((rule) => ({ ...rule, name: rule.id }));

async function conformance(url: string | undefined, { only, json, puppet }: Options): Promise<number> {
  if (puppet !== undefined) writeFileSync(puppet, assembleFile("../atoms/every-function.wat", import.meta.url));
  if (url === undefined)
    return puppet === undefined ? complain("Name the runtime by its URL, such as http://127.0.0.1:8787.") : 0;
  const api = new ControlApi(url, process.env["RADON_TOKEN"]);
  const obstacle = await obstacleTo(api);
  if (obstacle !== undefined) return complain(`${url} ${obstacle}`);
  const rules = only.map(({ name: _name, ...rule }) => rule);
  const judgements = await judgeRuntime(api, rules, ({ id }) => process.stderr.write(`${id} ...\n`));
  process.stdout.write(
    json === true
      ? `${JSON.stringify({ ok: !hasFailed(judgements), rules: judgements.map(verdictJson) }, null, 2)}\n`
      : `${verdictText(judgements)}\n`,
  );
  return hasFailed(judgements) ? 1 : 0;
}

/** Why nothing can be judged there: nobody answers, or the puppets are missing. */
async function obstacleTo(api: ControlApi): Promise<string | undefined> {
  for (const puppet of PUPPETS) {
    try {
      await api.report(globalName(puppet));
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return `does not run the kit's application: ${cause}. docs/conformance.md says which atoms it takes.`;
    }
  }
  return undefined;
}

function complain(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return USAGE_ERROR;
}

const program = new Command("conformance:runtime")
  .description(
    "Judges a runtime by the ABI, rule by rule, through its control API; RADON_TOKEN is its token, if it asks for one.",
  )
  .argument("[url]", "where its control API is, such as http://127.0.0.1:8787")
  .addOption(
    new Option("--only <ids>", "rules to judge, with commas between").argParser(namesOf(named)).default(named, "all"),
  )
  .option("--json", "print the verdicts as JSON")
  .option("--puppet <file>", "write the module of the kit's atoms there")
  .addHelpText("after", () => `\nRules: ${RUNTIME_RULES.map(({ id }) => id).join(", ")}`);

program.parse();
process.exitCode = await conformance(program.args[0], program.opts<Options>());
