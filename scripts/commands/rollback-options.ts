/** What the command line of `radon rollback` takes; the command itself is loaded when it runs. */
import type { Command } from "commander";
import { seconds, WAIT_S_DEFAULT } from "./wait-option.ts";

export interface RollbackCommandOptions {
  readonly config: string;
  readonly to?: string;
  readonly on?: readonly string[];
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
  /** False with `--no-health-check`. */
  readonly healthCheck: boolean;
  /** Seconds. */
  readonly wait: number;
}

const EXAMPLES = `
Examples:
  radon rollback --dry-run
  RADON_TOKEN=... radon rollback
  RADON_TOKEN=... radon rollback --to 3be07ac1c99d0e42 --yes`;

export function addRollback(program: Command, exitCodes: string): void {
  program
    .command("rollback")
    .description("Puts every runtime back to the version that was deployed before; needs no sources.")
    .option("-c, --config <file>", "the formula of the application", "formula.toml")
    .option("--to <version>", "another version than the one before: that of any runtime, as radon plan tells it")
    .option("--on <runtime...>", "put back these runtimes only; the next rollback does the others")
    .option("--dry-run", "tell what would be put back, and what else there is to go back to")
    .option("-y, --yes", "do not ask")
    .option("--no-health-check", "do not wait until each runtime answers with the version")
    .option("--wait <seconds>", "how long a runtime may take to do so", seconds, WAIT_S_DEFAULT)
    .option("--json", "print what was done, and what was not, as JSON")
    .showHelpAfterError("See radon rollback --help.")
    .addHelpText("after", `${EXAMPLES}\n${exitCodes}`)
    .action(async (options: RollbackCommandOptions) => {
      const { rollbackCommand } = await import("./rollback.ts");
      process.exitCode = await rollbackCommand(options);
    });
}
