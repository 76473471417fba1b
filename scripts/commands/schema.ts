/** `radon schema`: prints the JSON schema of formula.toml. */
import type { Command } from "commander";
import { EXIT } from "./exit-codes.ts";

const EXAMPLES = `
Examples:
  radon schema > formula.schema.json

An editor with Taplo or Even Better TOML uses the file that the first line of a formula names:
  #:schema ./formula.schema.json
radon dev keeps one up to date in .radon/formula.schema.json beside the formula.`;

/** It is about formulas in general rather than about one. */
export function addSchema(program: Command, exitCodes: string): void {
  program
    .command("schema")
    .description("Prints the JSON schema of formula.toml, with which editors check it and explain its keys.")
    .showHelpAfterError("See radon schema --help.")
    .addHelpText("after", `${EXAMPLES}\n${exitCodes}`)
    .action(async () => {
      const { schemaText } = await import("../formula/json-schema.ts");
      process.stdout.write(schemaText());
      process.exitCode = EXIT.ok;
    });
}
