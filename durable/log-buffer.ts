/** The recent log lines of an atom, and whoever follows them. They live as long as the object is in memory. */
import { LOG_CHARS_MAX, LOG_FOLLOWERS_MAX, LOG_LINES_MAX } from "./core/limits.ts";
import type { LogLevel } from "./engine/host.ts";

export interface LogLine {
  /** Grows by one a line. */
  readonly id: number;
  /** ISO 8601. */
  readonly time: string;
  readonly level: LogLevel;
  readonly text: string;
}

export class LogBuffer {
  readonly #lines: LogLine[] = [];
  readonly #followers = new Set<(line: LogLine) => void>();
  #chars = 0;
  #lastId = 0;

  /** The number of the newest line, 0 if there was none. */
  get lastId(): number {
    return this.#lastId;
  }
  /** True if no more may follow. */
  get crowded(): boolean {
    return this.#followers.size >= LOG_FOLLOWERS_MAX;
  }

  add(level: LogLevel, text: string, nowMs: number): LogLine {
    const line = { id: ++this.#lastId, time: new Date(nowMs).toISOString(), level, text };
    this.#lines.push(line);
    this.#chars += text.length;
    while (this.#lines.length > LOG_LINES_MAX || this.#chars > LOG_CHARS_MAX) this.#dropOldest();
    for (const follow of this.#followers) follow(line);
    return line;
  }

  /** The lines after `id`, oldest first. */
  recent(id = 0): readonly LogLine[] {
    return this.#lines.filter((line) => line.id > id);
  }

  /** The oldest line after `id`. */
  after(id: number): LogLine | undefined {
    const oldest = this.#lines[0];
    return oldest && this.#lines[Math.max(0, id + 1 - oldest.id)];
  }

  /** Calls `follow` with every line to come; returns the function that ends it. */
  follow(follow: (line: LogLine) => void): () => void {
    this.#followers.add(follow);
    return () => this.#followers.delete(follow);
  }

  #dropOldest(): void {
    this.#chars -= this.#lines.shift()?.text.length ?? 0;
  }
}
