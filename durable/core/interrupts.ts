/**
 * Which interrupts an instance listens to. Registrations live as long as the instance. What it listens to once it is
 * initialized, another instance of the same module would listen to as well.
 */
import { failure, type Failure } from "./errors.ts";
import { SIGNALS_MAX } from "./limits.ts";

export class Interrupts {
  readonly #tokens = new Map<number, number>();
  #initial = "";
  #masked = false;
  /** True if callbacks may also run between two instructions, not only at blocking points. */
  preempts = false;

  get masked(): boolean {
    return this.#masked;
  }

  /** Runs `radon_callback(1, token, len)` at each interrupt of this signal; replaces an earlier registration. BUSY past SIGNALS_MAX. */
  on(signal: number, token: number): Failure | undefined {
    if (this.#tokens.size >= SIGNALS_MAX && !this.#tokens.has(signal))
      return failure("BUSY", `The atom listens to ${SIGNALS_MAX} signals already; it has to take one off first.`);
    this.#tokens.set(signal, token);
    return undefined;
  }

  /** Returns false if the signal had no callback. */
  off(signal: number): boolean {
    return this.#tokens.delete(signal);
  }

  /** Interrupts wait until `unmask`. */
  mask(): void {
    this.#masked = true;
  }

  unmask(): void {
    this.#masked = false;
  }

  /** The instance is initialized. */
  noteInitial(): void {
    this.#initial = this.#shown();
  }

  /** True if a new instance would be in this state, too. */
  get initial(): boolean {
    return this.#shown() === this.#initial;
  }

  #shown(): string {
    if (this.#tokens.size === 0 && !this.#masked && !this.preempts) return "";
    const tokens = [...this.#tokens].toSorted(([a], [b]) => a - b);
    return JSON.stringify([tokens, this.#masked, this.preempts]);
  }

  tokenOf(signal: number): number | undefined {
    return this.#tokens.get(signal);
  }
}
