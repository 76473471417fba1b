/** What the exit code of every command means. */
export const EXIT = {
  ok: 0,
  /** The formula, a module or a source is wrong. */
  input: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The machine lacks something (a compiler, a free port, a folder to write into), or a deployed runtime does not answer. */
  environment: 3,
  /** A question was answered with no, or nobody was there to answer it. */
  declined: 4,
  /** This program is wrong. */
  bug: 70,
} as const;

/** Ends a command with a sentence for the user, never with a stack trace. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}
