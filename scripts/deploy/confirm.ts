/** Asks before something that cannot be undone. */
import { createInterface } from "node:readline/promises";
import { CommandError, EXIT } from "../commands/exit-codes.ts";

/** After so many answers that are neither yes nor no, it is no. */
const TRIES_MAX = 3;

export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** The question goes to stderr: stdout holds results only. */
const OWN_TERMINAL: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Returns if the answer to `question` is yes, or `yes` says so beforehand; throws the end of the command (exit code 4) if it
 * is anything else, or if there is no terminal to ask at. What is at stake is told before: the question is one line.
 */
export async function confirm(question: string, yes: boolean, terminal: Terminal = OWN_TERMINAL): Promise<void> {
  if (yes) return;
  const { input, output } = terminal;
  if (input.isTTY !== true || output.isTTY !== true) {
    throw declined(
      `This needs an answer, and there is no terminal to ask at: ${question} Nothing was changed. --yes agrees.`,
    );
  }
  if (!(await answeredYes(question, terminal))) throw declined("Declined; nothing was changed.");
}

async function answeredYes(question: string, { input, output }: Terminal): Promise<boolean> {
  const lines = createInterface({ input, output, prompt: `${question} [y/N] ` });
  lines.once("SIGINT", () => lines.close());
  let tries = 0;
  lines.prompt();
  try {
    for await (const line of lines) {
      if (/^\s*(y|yes)\s*$/i.test(line)) return true;
      tries += 1;
      if (/^\s*(n|no)?\s*$/i.test(line) || tries === TRIES_MAX) return false;
      output.write("Answer y or n.\n");
      lines.prompt();
    }
  } finally {
    lines.close();
  }
  // Ctrl-C, or the end of the input: the cursor is still behind the question.
  output.write("\n");
  return false;
}

function declined(reason: string): CommandError {
  return new CommandError(reason, EXIT.declined);
}
