/** `npm run conformance:examples -- FOLDER`: runs an example set, of whatever language, and tests that its atoms do what they are to. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { FORMULA_VARIABLE } from "./formula-variable.ts";

interface Options {
  readonly json?: string;
}

const ROOT = path.join(import.meta.dirname, "../../..");
const VITEST = path.join(ROOT, "node_modules/vitest/vitest.mjs");
const USAGE_ERROR = 2;

/** The exit code of the tests. */
function run(folder: string, { json }: Options): number {
  const formula = path.resolve(folder, "formula.toml");
  if (!existsSync(formula)) {
    process.stderr.write(
      `${folder} holds no formula.toml: name the folder of an example set, such as atoms/sdk/assemblyscript/examples.\n`,
    );
    return USAGE_ERROR;
  }
  const reporters =
    json === undefined ? [] : ["--reporter=verbose", "--reporter=json", `--outputFile=${path.resolve(json)}`];
  const args = [VITEST, "run", "--config", path.join(import.meta.dirname, "vitest.config.ts"), ...reporters];
  const { status } = spawnSync(process.execPath, args, {
    stdio: "inherit",
    env: { ...process.env, [FORMULA_VARIABLE]: formula },
  });
  return status ?? 1;
}

new Command("conformance:examples")
  .description(
    "Builds and runs an example set (docs/conformance.md), and tests that each of its atoms does what it is to do.",
  )
  .argument("<folder>", "the folder of its formula.toml, whose runtime is called local")
  .option("--json <file>", "where the results go as well, as vitest writes them")
  .addHelpText("after", "\nExample:\n  npm run conformance:examples -- atoms/sdk/assemblyscript/examples")
  .action((folder: string, options: Options) => {
    process.exitCode = run(folder, options);
  })
  .parse();
