/** What the command line of `radon logs` takes; the command itself is loaded when it runs. */
import { InvalidArgumentError, type Command } from "commander";

const LINES_DEFAULT = 100;

export interface LogsCommandOptions {
  readonly config: string;
  readonly follow?: true;
  readonly lines: number;
  readonly host?: string;
}

const EXAMPLES = `
Examples:
  radon logs edge-1
  radon logs edge-1 --follow`;

export function addLogs(program: Command, exitCodes: string): void {
  program
    .command("logs")
    .description("Shows what a runtime on a machine of your own has printed.")
    .argument("[runtime]", "its name; not needed if there is only one")
    .option("-c, --config <file>", "the formula of the application", "formula.toml")
    .option("-f, --follow", "go on with what it prints from now on, until Ctrl-C")
    .option("-n, --lines <number>", "how many of the last lines", lines, LINES_DEFAULT)
    .option("--host <machine>", "which machine, of a runtime that is on several")
    .showHelpAfterError("See radon logs --help.")
    .addHelpText("after", `${EXAMPLES}\n${exitCodes}`)
    .action(async (runtime: string | undefined, options: LogsCommandOptions) => {
      const { logsCommand } = await import("./logs.ts");
      process.exitCode = await logsCommand(runtime, options);
    });
}

function lines(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A number of lines is expected.");
}
