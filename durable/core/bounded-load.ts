/**
 * How much a mailbox holds of one kind, and how much more it takes.
 *
 * Invariants
 * 1. A load that reaches either bound is full, and takes nothing until half of each bound is free again. If it took one message
 *    for each that is consumed, every sender would send all it has, time and again, to have one message taken and the
 *    rest refused.
 */
import type { Load } from "./outgoing.ts";

const NO_ROOM: Load = { messages: 0, bytes: 0 };

export class BoundedLoad {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  #messages = 0;
  #bytes = 0;
  #full = false;

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  get messages(): number {
    return this.#messages;
  }
  get bytes(): number {
    return this.#bytes;
  }
  get full(): boolean {
    return this.#full;
  }
  get room(): Load {
    if (this.#full) return NO_ROOM;
    return { messages: this.#messagesMax - this.#messages, bytes: this.#bytesMax - this.#bytes };
  }
  /** True if at least half of each bound is free. */
  get roomy(): boolean {
    return this.#messages * 2 <= this.#messagesMax && this.#bytes * 2 <= this.#bytesMax;
  }

  /** Counts messages in, or, by negative numbers, out. */
  weigh(messages: number, bytes: number): void {
    this.#messages += messages;
    this.#bytes += bytes;
    if (this.#full) this.#full = !this.roomy;
    else this.#full = this.#messages >= this.#messagesMax || this.#bytes >= this.#bytesMax;
  }
}
