/** What a command tells its user: progress and problems on stderr, so that stdout holds nothing but the result. */
import { hasErrors, problemText, type Problem } from "../formula/problems.ts";

const CLEAR_LINE = "\r\u001b[K";

export class Console {
  readonly #quiet: boolean;
  readonly #live = process.stderr.isTTY;
  #status = "";

  constructor(quiet: boolean) {
    this.#quiet = quiet;
  }

  /** True if what is told may have colours; the terminal and NO_COLOR say so. */
  get colours(): boolean {
    return !this.#quiet && this.#live && process.stderr.hasColors();
  }

  /** A line of progress. */
  say(line: string): void {
    if (!this.#quiet) this.#write(line);
  }

  /** A line that stays whatever the options. */
  warn(line: string): void {
    this.#write(line);
  }

  problems(problems: readonly Problem[]): void {
    for (const problem of problems) this.warn(problemText(problem));
    if (!hasErrors(problems)) return;
    const errors = problems.filter((problem) => problem.severity === "error").length;
    this.warn(`${errors} ${errors === 1 ? "error" : "errors"}.`);
  }

  /** What is going on now, in a terminal only: the line is overwritten by what comes next. */
  status(text: string): void {
    if (this.#quiet || !this.#live) return;
    this.#status = text;
    process.stderr.write(CLEAR_LINE + text);
  }

  #write(line: string): void {
    const clear = this.#status === "" ? "" : CLEAR_LINE;
    process.stderr.write(`${clear}${line}\n${this.#status}`);
  }
}
