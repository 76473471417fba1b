/** What the command lines of `radon load` and `radon unload` take; the commands themselves are loaded when they run. */
import type { Command } from "commander";
import { SETTINGS_MAX, type Grant } from "../../durable/core/application.ts";
import { aliasValue, another, configValue, grants, wholeNumberTo } from "./atom-options.ts";

interface WhereOptions {
  readonly config: string;
  readonly url?: string;
  readonly on?: readonly string[];
  readonly json?: true;
}

export interface LoadCommandOptions extends WhereOptions {
  readonly as: string;
  readonly daemon?: true;
  readonly volatile?: true;
  readonly grants?: readonly Grant[];
  readonly memoryMb?: number;
  readonly cpuMs?: number;
  readonly attempts?: number;
  readonly value?: Readonly<Record<string, string>>;
  readonly alias?: Readonly<Record<string, readonly string[]>>;
}

export interface UnloadCommandOptions extends WhereOptions {
  readonly yes?: true;
}

const LOAD_EXAMPLES = `
Examples:
  radon load counter.ts --as counter --on cloud --url http://127.0.0.1:8787
  radon load ticker.wasm --as ticker --on edge --daemon --value interval_ms=200
`;
const UNLOAD_EXAMPLES = `
Examples:
  radon unload counter --on cloud --url http://127.0.0.1:8787
`;

export function addLoad(program: Command, exitCodes: string): void {
  where(
    program
      .command("load")
      .description(
        "Adds an atom to a running system, or replaces the module of one, without a deployment. The atom's state stays.",
      )
      .argument("<source>", "a module, or a source file or folder to compile"),
  )
    .requiredOption("--as <name>", "the name of the atom")
    .option("--daemon", "run it as a daemon rather than as a reactive atom")
    .option("--volatile", "keep its mailbox and outbox in memory only")
    .option(
      "--grants <names>",
      "its capabilities, with commas between (default: those it has; of a new one, all but outgoing http)",
      grants,
    )
    .option("--memory-mb <number>", "the MiB that its memory may grow to", wholeNumberTo(SETTINGS_MAX.memoryMb))
    .option(
      "--cpu-ms <number>",
      "how long it may compute between two blocking points",
      wholeNumberTo(SETTINGS_MAX.cpuMs),
    )
    .option(
      "--attempts <number>",
      "traps of one message before it goes to the dead letters",
      wholeNumberTo(SETTINGS_MAX.attemptsMax),
    )
    .option("--value <key=value>", "a value of its configuration; may be repeated", configValue)
    .option("--alias <scope=value>", "an alias of it; may be repeated", aliasValue)
    .showHelpAfterError("See radon load --help.")
    .addHelpText("after", LOAD_EXAMPLES + exitCodes)
    .action(async (source: string, options: LoadCommandOptions) => {
      const { loadCommand } = await import("./load.ts");
      process.exitCode = await loadCommand(source, options);
    });
}

export function addUnload(program: Command, exitCodes: string): void {
  where(
    program
      .command("unload")
      .description(
        "Removes an atom that was loaded, with its state; an atom of the application gets back the module that was deployed.",
      )
      .argument("<name>", "the name of the atom"),
  )
    .option("-y, --yes", "agree to the loss of its state beforehand")
    .showHelpAfterError("See radon unload --help.")
    .addHelpText("after", UNLOAD_EXAMPLES + exitCodes)
    .action(async (name: string, options: UnloadCommandOptions) => {
      const { unloadCommand } = await import("./unload.ts");
      process.exitCode = await unloadCommand(name, options);
    });
}

function where(command: Command): Command {
  return command
    .option("--on <tag>", "a tag of the runtimes, or the name of one; may be repeated: they have all of these", another)
    .option("--url <url>", "where a runtime of the system answers (default: the leader's url in the formula)")
    .option("-c, --config <file>", "the formula that has the url", "formula.toml")
    .option("--json", "print the result as JSON");
}
