/** `radon init`: writes a new application. */
import path from "node:path";
import { isName } from "../../durable/core/names.ts";
import { missingToolOf } from "../compile/compile-source.ts";
import { detectSource, isSource } from "../compile/source.ts";
import { shownPath } from "../formula/problems.ts";
import { answersTo, terminalAsk, type Answers } from "../init/answers.ts";
import { FACTS } from "../init/languages.ts";
import { writeApplication } from "../init/write-application.ts";
import { shellWord } from "../shell-word.ts";
import { EXIT } from "./exit-codes.ts";
import type { InitOptions } from "./init-options.ts";

export async function initCommand(folder: string | undefined, options: InitOptions): Promise<number> {
  const answers = await answersTo({ folder, ...options }, terminalAsk());
  const files = await writeApplication(answers);
  const shown = shownPath(answers.folder);
  const into = shown === "." ? "" : `cd ${wordOfShell(shown)} && `;
  process.stdout.write(
    [
      `The application ${answers.name}, with an atom in ${FACTS[answers.language].title}, is in ${shown}:`,
      ...files.map((file) => `  ${file}`),
      "",
      `Next: ${into}npm install && npm test`,
      "",
    ].join("\n"),
  );
  if (options.name === undefined && !isName(path.basename(answers.folder)))
    process.stderr.write(`${noteOfName(answers)}\n`);
  await tellOfCompiler(answers.folder);
  return EXIT.ok;
}

/** For a line that is copied into a shell. */
function wordOfShell(file: string): string {
  return /^[\w./~:\\-]+$/.test(file) ? file : shellWord(file);
}

function noteOfName({ folder, name }: Answers): string {
  const why = `"${path.basename(folder)}" is no name for an application (A-Z a-z 0-9 . _ -), so it is called ${name}.`;
  return `${why} To call it something else, change "app" in formula.toml.`;
}

/** What the machine lacks for this language is better told now than by the first test. */
async function tellOfCompiler(folder: string): Promise<void> {
  const source = detectSource(path.join(folder, "atoms", "hello"));
  const missing = isSource(source) ? await missingToolOf(source) : undefined;
  if (missing !== undefined) process.stderr.write(`Before that: ${missing.message} ${missing.remedy}\n`);
}
