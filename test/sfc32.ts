/** The generator sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, so that no two seeds share a sequence. */
const WARM_UP_ROUNDS = 15;

export class Sfc32 {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Three words of seed, of which 32 bits each count. */
  constructor(a: number, b: number, c: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) this.#draw();
  }

  /** A number in [0, 1). */
  fraction(): number {
    return this.#draw() / 2 ** 32;
  }

  #draw(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }
}
