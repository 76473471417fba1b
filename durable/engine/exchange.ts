/**
 * The memory that an isolate's guests and the runtime share, by which messages are handed over without leaving WebAssembly
 * (`fast-path.wat`). There is one an isolate: only one guest runs at a time, and what it has there is taken out before it waits.
 *
 * Invariants
 * 1. What stands there belongs to the owner. Another one becomes it only after the one before took what it had.
 */

/** Where what stands, as in `fast-path.wat`: i32 words by their index. */
export const WORD = {
  owner: 0,
  daemon: 1,
  current: 2,
  inAt: 3,
  inEnd: 4,
  turns: 5,
  outAt: 6,
  outEnd: 7,
  outLeft: 8,
  turnOutAt: 9,
  turnOutLeft: 10,
  toLength: 11,
  fromLength: 12,
} as const;

const TO_AT = 1024;
const FROM_AT = 2048;
const PAGE_BYTES = 64 * 1024;
const PAGES = 9;
export const IN_AT = PAGE_BYTES;
export const IN_BYTES = 4 * PAGE_BYTES;
export const OUT_AT = IN_AT + IN_BYTES;
export const OUT_BYTES = 4 * PAGE_BYTES;
/** Room for every name, and more than any has. */
export const EXCHANGED_NAME_BYTES_MAX = FROM_AT - TO_AT;

const NOBODY = 0;

/** Who has something in the exchange. */
export interface ExchangeUser {
  /** Takes out what it has there. */
  surface(): void;
}

export class Exchange {
  readonly memory: WebAssembly.Memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  readonly words = new Int32Array(this.memory.buffer, 0, PAGE_BYTES / 4);
  readonly bytes = new Uint8Array(this.memory.buffer);
  #owner: ExchangeUser | undefined;
  #users = NOBODY;

  /** The number by which a user is known. */
  enrol(): number {
    return ++this.#users;
  }

  isOf(number: number): boolean {
    return this.words[WORD.owner] === number;
  }

  /** Makes it the user's, with nothing in it. */
  claim(user: ExchangeUser, number: number): void {
    if (!this.isOf(number) && !this.isOf(NOBODY)) this.#owner?.surface();
    this.#owner = user;
    this.words.fill(0, WORD.owner, WORD.fromLength + 1);
    this.words[WORD.owner] = number;
  }

  /** It is nobody's: for the guests, nothing is in it. */
  release(): void {
    this.words[WORD.owner] = NOBODY;
    this.#owner = undefined;
  }

  setDestination(name: Uint8Array): void {
    this.bytes.set(name, TO_AT);
    this.words[WORD.toLength] = name.length;
  }

  setSender(name: Uint8Array): void {
    this.bytes.set(name, FROM_AT);
    this.words[WORD.fromLength] = name.length;
  }
}

let shared: Exchange | undefined;

/** The isolate's exchange, made when it is first asked for. */
export function sharedExchange(): Exchange {
  return (shared ??= new Exchange());
}
