/** The recent log lines of an atom, and whoever follows them. They live as long as the object is in memory. */
import { LOG_LINES_MAX } from "./core/limits.ts";
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
  #nextId = 1;

  add(level: LogLevel, text: string, nowMs: number): LogLine {
    const line = { id: this.#nextId++, time: new Date(nowMs).toISOString(), level, text };
    this.#lines.push(line);
    if (this.#lines.length > LOG_LINES_MAX) this.#lines.shift();
    for (const follow of this.#followers) follow(line);
    return line;
  }

  /** The lines after `id`, oldest first. */
  recent(id = 0): readonly LogLine[] {
    return this.#lines.filter((line) => line.id > id);
  }

  /** Calls `follow` with every line to come; returns the function that ends it. */
  follow(follow: (line: LogLine) => void): () => void {
    this.#followers.add(follow);
    return () => this.#followers.delete(follow);
  }
}
