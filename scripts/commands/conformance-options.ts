/** What the command line of `radon conformance` takes; the command itself is loaded when it runs. */
import type { Command } from "commander";
import { SETTINGS_MAX, type Grant } from "../../durable/core/application.ts";
import { configValue, grants, wholeNumberTo } from "./atom-options.ts";

export interface ConformanceCommandOptions {
  readonly json?: true;
  /** False with `--no-run`. */
  readonly run: boolean;
  readonly daemon?: true;
  readonly grants?: readonly Grant[];
  readonly memoryMb?: number;
  readonly value?: Readonly<Record<string, string>>;
}

const EXAMPLES = `
Examples:
  radon conformance counter.wasm
  radon conformance --no-run --json *.wasm
  radon conformance ticker.wasm --daemon --value interval_ms=20`;

/** It takes modules rather than a formula. */
export function addConformance(program: Command, exitCodes: string): void {
  program
    .command("conformance")
    .description(
      "Checks WebAssembly modules against the ABI, rule by rule: what they are, and what they do in a runtime.",
    )
    .argument("<file...>", ".wasm files as a compiler wrote them, or .wat files")
    .option("--json", "print the verdicts as JSON")
    .option("--no-run", "judge the modules by their bytes alone")
    .option("--daemon", "run them as daemons rather than as reactive atoms")
    .option(
      "--grants <names>",
      "the capabilities of their atoms, with commas between (default: those they need)",
      grants,
    )
    .option("--memory-mb <number>", "the MiB that their memory may grow to", wholeNumberTo(SETTINGS_MAX.memoryMb))
    .option("--value <key=value>", "a value of their configuration; may be repeated", configValue)
    .showHelpAfterError("See radon conformance --help.")
    .addHelpText("after", `${EXAMPLES}\n${exitCodes}`)
    .action(async (files: readonly string[], options: ConformanceCommandOptions) => {
      const { conformanceCommand } = await import("./conformance.ts");
      process.exitCode = await conformanceCommand(files, options);
    });
}
