/** `radon init`: writes a new application. */
import path from "node:path";
import { missingToolOf } from "../compile/compile-source.ts";
import { detectSource, isSource } from "../compile/source.ts";
import { shownPath } from "../formula/problems.ts";
import { answersTo, terminalAsk } from "../init/answers.ts";
import { FACTS } from "../init/languages.ts";
import { writeApplication } from "../init/write-application.ts";
import { EXIT } from "./exit-codes.ts";
import type { InitOptions } from "./init-options.ts";

export async function initCommand(folder: string | undefined, options: InitOptions): Promise<number> {
  const answers = await answersTo({ folder, ...options }, terminalAsk());
  const files = await writeApplication(answers);
  const shown = shownPath(answers.folder);
  const into = shown === "." ? "" : `cd ${shown} && `;
  process.stdout.write(
    [
      `The application ${answers.name}, with an atom in ${FACTS[answers.language].title}, is in ${shown}:`,
      ...files.map((file) => `  ${file}`),
      "",
      `Next: ${into}npm install && npm test`,
      "",
    ].join("\n"),
  );
  await tellOfCompiler(answers.folder);
  return EXIT.ok;
}

/** What the machine lacks for this language is better told now than by the first test. */
async function tellOfCompiler(folder: string): Promise<void> {
  const source = detectSource(path.join(folder, "atoms", "hello"));
  const missing = isSource(source) ? await missingToolOf(source) : undefined;
  if (missing !== undefined) process.stderr.write(`Before that: ${missing.message} ${missing.remedy}\n`);
}
