/** A guest's output as lines of its log: a line is logged when it ends, grows too long, or the guest comes to rest. */
import { LOG_LINE_BYTES_MAX } from "../core/limits.ts";

export class LineLog {
  readonly #write: (line: string) => void;
  /** Costs more than all else of an instance's output, which most have none of. */
  #decoder: TextDecoder | undefined;
  #line = "";

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  add(bytes: Uint8Array): void {
    this.#decoder ??= new TextDecoder();
    const lines = (this.#line + this.#decoder.decode(bytes, { stream: true })).split("\n");
    const rest = lines.pop() ?? "";
    for (const line of lines) this.#write(this.#endOf(line));
    this.#line = this.#endOf(rest);
  }

  flush(): void {
    if (this.#line === "") return;
    this.#write(this.#line);
    this.#line = "";
  }

  /** Writes all of a line but its last piece, and returns that: a guest may write megabytes without an end. */
  #endOf(line: string): string {
    let at = 0;
    for (; line.length - at > LOG_LINE_BYTES_MAX; at += LOG_LINE_BYTES_MAX)
      this.#write(line.slice(at, at + LOG_LINE_BYTES_MAX));
    return line.slice(at);
  }
}
