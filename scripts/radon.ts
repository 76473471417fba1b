/** The `radon` command. Each subcommand is loaded only when it is asked for, so that none waits for what it does not use. */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { CommandError, EXIT } from "./commands/exit-codes.ts";
import type { BuildCommandOptions } from "./commands/build.ts";
import { addConformance } from "./commands/conformance-options.ts";
import type { DeployCommandOptions } from "./commands/deploy.ts";
import type { DestroyCommandOptions } from "./commands/destroy.ts";
import { addInit } from "./commands/init-options.ts";
import { addLogs } from "./commands/logs-options.ts";
import { addLoad, addUnload } from "./commands/load-options.ts";
import { addSchema } from "./commands/schema.ts";
import type { DevOptions } from "./dev/session.ts";
import type { KeysCommandOptions } from "./commands/keys.ts";
import type { PlanCommandOptions } from "./commands/plan.ts";
import { addRollback } from "./commands/rollback-options.ts";
import { seconds, WAIT_S_DEFAULT } from "./commands/wait-option.ts";
import { ownVersion } from "./package.ts";

const PORT_DEFAULT = 8787;
const PORT_MAX = 65_535;

const EXIT_CODES = `
Exit codes: 0 it worked, 1 the formula or a source is wrong, 2 the command line is wrong,
3 the machine lacks something (a compiler, a free port, a folder to write into) or a deployed runtime does not
answer, 4 a question was declined, 70 radon itself is wrong.`;

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= PORT_MAX) return number;
  throw new InvalidArgumentError(`A port is a whole number from 0 to ${PORT_MAX}; 0 picks a free one.`);
}

function subcommand(program: Command, name: string, summary: string, examples: string): Command {
  return program
    .command(name)
    .description(summary)
    .showHelpAfterError(`See radon ${name} --help.`)
    .option("-c, --config <file>", "the formula of the application", "formula.toml")
    .addHelpText("after", `\nExamples:\n${examples}\n${EXIT_CODES}`);
}

function radon(): Command {
  const program = new Command("radon")
    .description("Stateful WebAssembly atoms on Cloudflare Workers.")
    .version(ownVersion(), "-v, --version", "print the version")
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError("See radon --help.")
    .addHelpText("after", `\nExamples:\n  radon dev\n  radon plan --config atoms/examples/formula.toml\n${EXIT_CODES}`);

  subcommand(
    program,
    "dev",
    "Runs every runtime of the application on this machine, and reloads what changes.",
    "  radon dev\n  radon dev --config chat/formula.toml --port 0\n  radon dev --fresh",
  )
    .option("-p, --port <number>", "the port to serve on; 0 picks a free one", port, PORT_DEFAULT)
    .option(
      "--host <address>",
      "the address to serve on; one that others reach makes the control API ask for a token",
      "127.0.0.1",
    )
    .option("--data <folder>", "where state is kept (default: .radon/data beside the formula)")
    .option("--fresh", "start with empty state: what the data folder holds is deleted")
    .action(async (options: DevOptions) => {
      const { devCommand } = await import("./commands/dev.ts");
      process.exitCode = await devCommand(options);
    });

  subcommand(
    program,
    "build",
    "Compiles the atoms and bundles a Worker for each runtime.",
    "  radon build\n  radon build --json\n  radon build --single --out .radon/wrangler",
  )
    .option("--json", "print the result as JSON")
    .option("--single", "put every atom on one runtime and leave bundling to wrangler")
    .option("--out <folder>", "where the Workers go (default: .radon/build/APP beside the formula)")
    .action(async (options: BuildCommandOptions) => {
      const { buildCommand } = await import("./commands/build.ts");
      process.exitCode = await buildCommand(options);
    });

  subcommand(
    program,
    "plan",
    "Tells which atoms run on which runtimes, and why, and what would change against what is deployed.",
    "  radon plan\n  radon plan --config chat/formula.toml --json",
  )
    .option("--json", "print the plan as JSON")
    .action(async (options: PlanCommandOptions) => {
      const { planCommand } = await import("./commands/plan.ts");
      process.exitCode = await planCommand(options);
    });

  subcommand(
    program,
    "deploy",
    "Puts every runtime of the application where its target says, and starts it.",
    "  radon deploy --dry-run\n  RADON_TOKEN=... radon deploy\n  RADON_TOKEN=... radon deploy --secrets-file .secrets",
  )
    .option("--dry-run", "write and check what would be deployed; needs no account")
    .option("-y, --yes", "do not ask before state is left behind")
    .option("--secrets-file <file>", "secrets for every runtime: lines NAME=VALUE, or an object in JSON")
    .option("--no-health-check", "do not wait until each runtime answers with what was deployed")
    .option("--wait <seconds>", "how long a runtime may take to do so", seconds, WAIT_S_DEFAULT)
    .option("--json", "print what was done, and what was not, as JSON")
    .action(async (options: DeployCommandOptions) => {
      const { deployCommand } = await import("./commands/deploy.ts");
      process.exitCode = await deployCommand(options);
    });

  addRollback(program, EXIT_CODES);

  subcommand(
    program,
    "keys",
    "Tells by which keys runtimes that no binding connects know each other, and changes them.",
    "  radon keys\n  radon keys --rotate\n  radon keys --print | gh secret set RADON_KEYS",
  )
    .option("--rotate", "put a new key in front, which signs from the next deployment on; the one before stays good")
    .option("--print", "print the keys themselves, for the variable RADON_KEYS elsewhere: they are a secret")
    .option("--json", "print which keys there are as JSON, without the keys themselves")
    .action(async (options: KeysCommandOptions) => {
      const { keysCommand } = await import("./commands/keys.ts");
      process.exitCode = keysCommand(options);
    });

  subcommand(
    program,
    "destroy",
    "Deletes the deployed runtimes of the application, with all their state.",
    "  radon destroy\n  radon destroy edge-1 --yes",
  )
    .argument("[runtime...]", "the runtimes to delete (default: all)")
    .option("-y, --yes", "do not ask")
    .option("--json", "print what was done, and what was not, as JSON")
    .action(async (runtimes: readonly string[], options: DestroyCommandOptions) => {
      const { destroyCommand } = await import("./commands/destroy.ts");
      process.exitCode = await destroyCommand(runtimes, options);
    });

  addLoad(program, EXIT_CODES);
  addUnload(program, EXIT_CODES);
  addConformance(program, EXIT_CODES);
  addLogs(program, EXIT_CODES);
  addSchema(program, EXIT_CODES);
  addInit(program, EXIT_CODES);
  return program;
}

/** Commander has printed its own errors already; those of the commands are one sentence each. */
function endWith(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else if (error instanceof CommandError) {
    process.stderr.write(`radon: ${error.message}\n`);
    process.exitCode = error.exitCode;
  } else if (isSystemError(error)) {
    process.stderr.write(
      `radon: ${error.message}. The system refused this: see to the path, its permissions and free space.\n`,
    );
    process.exitCode = EXIT.environment;
  } else {
    const stack = error instanceof Error ? error.stack : String(error);
    process.stderr.write(`radon failed, and this is a bug in it rather than in your application:\n${stack}\n`);
    process.exitCode = EXIT.bug;
  }
}

/** Of a call of the operating system's, such as a write to a full disk. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}

await radon().parseAsync().catch(endWith);
// The channel of a launcher would keep this process alive.
if (process.connected) process.disconnect?.();
