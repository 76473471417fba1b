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
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.#write(line);
    if (this.#line.length >= LOG_LINE_BYTES_MAX) this.flush();
  }

  flush(): void {
    if (this.#line === "") return;
    this.#write(this.#line);
    this.#line = "";
  }
}
