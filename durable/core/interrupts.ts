/** Which interrupts an instance listens to. Registrations live as long as the instance. */
export class Interrupts {
  readonly #tokens = new Map<number, number>();
  #masked = false;
  /** True if callbacks may also run between two instructions, not only at blocking points. */
  preempts = false;

  get masked(): boolean {
    return this.#masked;
  }

  /** Runs `radon_callback(1, token, len)` at each interrupt of this signal; replaces an earlier registration. */
  on(signal: number, token: number): void {
    this.#tokens.set(signal, token);
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

  tokenOf(signal: number): number | undefined {
    return this.#tokens.get(signal);
  }
}
