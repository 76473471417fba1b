/** What happened in a run, as lines; their hash tells whether two runs were the same. */
export class Trace {
  readonly #startMs: number;
  readonly #now: () => number;
  readonly #keep: boolean;
  readonly lines: string[] = [];
  #high = 0x6a09e667;
  #low = 0x3c6ef372;
  #count = 0;

  /** Lines are kept only if asked for; the hash is always there. */
  constructor(startMs: number, now: () => number, keep: boolean) {
    this.#startMs = startMs;
    this.#now = now;
    this.#keep = keep;
  }

  get count(): number {
    return this.#count;
  }

  get hash(): string {
    return (this.#high >>> 0).toString(16).padStart(8, "0") + (this.#low >>> 0).toString(16).padStart(8, "0");
  }

  add(text: string): void {
    const line = `${(this.#now() - this.#startMs).toFixed(3)} ${text}`;
    this.#count += 1;
    if (this.#keep) this.lines.push(line);
    for (let i = 0; i < line.length; i += 1) {
      const code = line.charCodeAt(i);
      this.#high = Math.imul(this.#high ^ code, 0x85ebca6b);
      this.#low = Math.imul(this.#low ^ code, 0xc2b2ae35);
      this.#low ^= this.#high >>> 15;
    }
  }
}
