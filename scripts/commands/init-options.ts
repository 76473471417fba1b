/** What the command line of `radon init` takes; the command itself is loaded when it runs. */
import type { Command } from "commander";
import { LANGUAGES } from "../init/languages.ts";

export interface InitOptions {
  readonly language?: string;
  readonly name?: string;
}

const EXAMPLES = `
Examples:
  radon init hello
  radon init hello --language rust
  radon init . --language c --name greeter

What is not given is asked for at a terminal; elsewhere it is the current folder, AssemblyScript, and the folder's name.`;

export function addInit(program: Command, exitCodes: string): void {
  program
    .command("init")
    .description("Writes a new application: a formula, an atom, its test, and what runs them.")
    .argument("[folder]", "where it goes; nothing in it is overwritten")
    .option("-l, --language <language>", `the language of the atom: ${LANGUAGES.join(", ")}`)
    .option("-n, --name <name>", "the name of the application (default: the folder's)")
    .showHelpAfterError("See radon init --help.")
    .addHelpText("after", `${EXAMPLES}\n${exitCodes}`)
    .action(async (folder: string | undefined, options: InitOptions) => {
      const { initCommand } = await import("./init.ts");
      process.exitCode = await initCommand(folder, options);
    });
}
