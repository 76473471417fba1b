/** What a new application is to be: from the command line, else from the user, else what is usual. */
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { CommandError, EXIT } from "../commands/exit-codes.ts";
import { didYouMean } from "../../durable/core/suggest.ts";
import { isName, NAME_LENGTH_MAX } from "../../durable/core/names.ts";
import { LANGUAGE_DEFAULT, LANGUAGES, type Language } from "./languages.ts";

export interface Given {
  readonly folder?: string | undefined;
  readonly language?: string | undefined;
  readonly name?: string | undefined;
}

export interface Answers {
  /** An absolute path. */
  readonly folder: string;
  readonly language: Language;
  readonly name: string;
}

/** Answers a question, with what is usual if the user says nothing; undefined where there is nobody to ask. */
export type Ask = (question: string, usual: string) => Promise<string>;

const TRIES_MAX = 3;

export async function answersTo(given: Given, ask: Ask | undefined): Promise<Answers> {
  const folder = path.resolve(given.folder ?? (await ask?.("Folder", ".")) ?? ".");
  const language = await chosen(
    given.language,
    LANGUAGE_DEFAULT,
    checkedLanguage,
    ask && ((usual) => ask(LANGUAGE_QUESTION, usual)),
  );
  const name = await chosen(given.name, nameFor(folder), checkedName, ask && ((usual) => ask("Name", usual)));
  return { folder, language, name };
}

const LANGUAGE_QUESTION = `Language: ${LANGUAGES.join(", ")}`;

/** A wrong answer is told and asked again; a wrong value of the command line ends it. */
async function chosen<T extends string>(
  given: string | undefined,
  usual: string,
  check: (text: string) => T,
  ask: ((usual: string) => Promise<string>) | undefined,
): Promise<T> {
  if (given !== undefined || ask === undefined) return check(given ?? usual);
  for (let tries = 1; ; tries += 1) {
    const answer = await ask(usual);
    try {
      return check(answer);
    } catch (error) {
      if (!(error instanceof CommandError) || tries === TRIES_MAX) throw error;
      process.stderr.write(`${error.message}\n`);
    }
  }
}

function checkedLanguage(text: string): Language {
  const found = LANGUAGES.find((language) => language === text.trim().toLowerCase());
  if (found !== undefined) return found;
  const hint = didYouMean(text, LANGUAGES);
  throw new CommandError(`There is no language "${text}".${hint} All: ${LANGUAGES.join(", ")}.`, EXIT.usage);
}

function checkedName(text: string): string {
  if (isName(text)) return text;
  throw new CommandError(`"${text}" is no name for an application: 1 to 128 of A-Z a-z 0-9 . _ -`, EXIT.usage);
}

/** The folder's name, or what is left of it where an application may not be called so. */
function nameFor(folder: string): string {
  const name = path.basename(folder);
  if (isName(name)) return name;
  const allowed = name.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, NAME_LENGTH_MAX);
  const trimmed = allowed.replace(/^[._-]+|[._-]+$/g, "");
  return isName(trimmed) ? trimmed : "application";
}

/** Asks at the terminal, if there is one; whoever gives up with Ctrl-C or Ctrl-D declines. */
export function terminalAsk(): Ask | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return async (question, usual) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const closed = new Promise<undefined>((resolve) => lines.once("close", () => resolve(undefined)));
      const answer = await Promise.race([lines.question(`${question} (${usual}): `), closed]);
      if (answer === undefined) {
        // The cursor is still behind the question.
        process.stderr.write("\n");
        throw new CommandError("Declined; nothing was written.", EXIT.declined);
      }
      return answer.trim() === "" ? usual : answer.trim();
    } finally {
      lines.close();
    }
  };
}
