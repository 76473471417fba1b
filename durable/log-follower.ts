/** Somebody who reads the log of an atom line by line, at his own pace, and holds none of it. */
import type { LogBuffer, LogLine } from "./log-buffer.ts";

export class LogFollower {
  readonly #logs: LogBuffer;
  readonly #unfollow: () => void;
  #lastId: number;
  #ended = false;
  #wake: (() => void) | undefined;

  /** Reads the lines after `lastId`, and those to come. */
  constructor(logs: LogBuffer, lastId: number) {
    this.#logs = logs;
    this.#lastId = lastId;
    this.#unfollow = logs.follow(() => this.#wake?.());
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The next line that is still there; undefined if none came for so long, or the follower has ended. */
  async next(waitMs: number): Promise<LogLine | undefined> {
    if (this.#lastId === this.#logs.lastId) await this.#wait(waitMs);
    const line = this.#logs.after(this.#lastId);
    if (line) this.#lastId = line.id;
    return line;
  }

  end(): void {
    this.#ended = true;
    this.#unfollow();
    this.#wake?.();
  }

  async #wait(ms: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }
}
