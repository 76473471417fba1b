/**
 * The standard streams of a WASI module (docs/abi.md, section 5).
 *
 * Invariants
 * 1. While a command serves a message by its streams, stdin is that message's payload; at all other times it is empty.
 * 2. What it writes to stdout meanwhile is kept, if somebody waits for an answer, until it is taken as that answer. All other
 *    output, and what was kept and not taken, is logged.
 * 3. What is kept is bounded as a payload is; a write past that is refused, and then so is the answer.
 */
import { ByteWriter } from "../core/bytes.ts";
import { failure, type Failure } from "../core/errors.ts";
import { PAYLOAD_BYTES_MAX } from "../core/limits.ts";
import type { MessageMail } from "../core/mailbox.ts";
import type { LogLevel } from "./host.ts";
import { LineLog } from "./line-log.ts";

/** The end of stderr that tells why a program failed. */
const ERROR_LINES_MAX = 8;
const ERROR_CHARS_MAX = 1_024;
const EMPTY = new Uint8Array(0);

const TOO_LARGE = failure(
  "TOO_LARGE",
  `The output has more than ${PAYLOAD_BYTES_MAX} bytes, which are the most that a message carries.`,
);

export class StandardStreams {
  readonly #out: LineLog;
  readonly #err: LineLog;
  #errors: string[] = [];
  #serving: MessageMail | undefined;
  #kept = new ByteWriter();
  #tooLarge = false;
  /** Bytes of stdin that were read. */
  #position = 0;

  constructor(log: (level: LogLevel, line: string) => void) {
    this.#out = new LineLog((line) => log("info", line));
    this.#err = new LineLog((line) => {
      this.#errors = [...this.#errors, line].slice(-ERROR_LINES_MAX);
      log("warn", line);
    });
  }

  /** The message that the guest serves by its streams. */
  get serving(): MessageMail | undefined {
    return this.#serving;
  }
  /** True if stdout is the answer to somebody, and not the log. */
  get answers(): boolean {
    return this.#serving !== undefined && this.#serving.kind !== "message";
  }
  /** What is left of stdin. */
  get input(): Uint8Array {
    return this.#serving?.payload.subarray(this.#position) ?? EMPTY;
  }
  /** The last lines of stderr, the one that has no end yet included. */
  get errors(): string {
    this.#err.flush();
    return this.#errors.join("\n").slice(-ERROR_CHARS_MAX);
  }

  serve(mail: MessageMail): void {
    this.#serving = mail;
  }

  /** The guest handles its messages itself. */
  leave(): void {
    this.#serving = undefined;
    this.#logKept();
  }

  read(bytesMax: number): Uint8Array {
    const bytes = this.input.slice(0, bytesMax);
    this.#position += bytes.length;
    return bytes;
  }

  /** False if there is no room for it. */
  writeOut(bytes: Uint8Array): boolean {
    if (!this.answers) {
      this.#out.add(bytes);
      return true;
    }
    this.#tooLarge ||= this.#kept.length + bytes.length > PAYLOAD_BYTES_MAX;
    if (this.#tooLarge) return false;
    this.#kept.raw(bytes);
    return true;
  }

  writeError(bytes: Uint8Array): void {
    this.#err.add(bytes);
  }

  /** All of stdout, which is not logged then; or why it is no answer. */
  takeOutput(): Uint8Array | Failure {
    if (this.#tooLarge) return TOO_LARGE;
    return this.#forget();
  }

  /** Logs output that no line break ended, and what was kept. */
  flush(): void {
    this.#logKept();
    this.#out.flush();
    this.#err.flush();
  }

  #logKept(): void {
    if (this.#kept.length > 0) this.#out.add(this.#forget());
  }

  #forget(): Uint8Array {
    const kept = this.#kept.finish();
    this.#kept = new ByteWriter();
    return kept;
  }
}
