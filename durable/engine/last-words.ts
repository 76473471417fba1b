/** What a guest wrote as a warning or an error in the turn that is open: if it then gives itself up, that is most likely why. */
const LINES_MAX = 4;
const LINE_CHARS_MAX = 240;

export class LastWords {
  #lines: string[] = [];

  say(line: string): void {
    this.#lines = [...this.#lines, line.trim().slice(0, LINE_CHARS_MAX)]
      .filter((each) => each !== "")
      .slice(-LINES_MAX);
  }

  clear(): void {
    if (this.#lines.length > 0) this.#lines = [];
  }

  /** In one line; empty if it said nothing. */
  get text(): string {
    return this.#lines.join(" / ");
  }
}
