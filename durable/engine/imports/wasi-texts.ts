/** Arguments and environment of a WASI program: lists of texts that end with a zero byte. */
import { utf8 } from "../../core/bytes.ts";
import type { GuestMemory } from "../memory.ts";

const POINTER_BYTES = 4;
const FROM_ZERO_ON = /\0.*$/s;

export class TextList {
  readonly #texts: readonly Uint8Array[];
  readonly #bytes: number;

  /** A text ends at its first zero byte. */
  constructor(texts: readonly string[]) {
    this.#texts = texts.map((text) => utf8(`${text.replace(FROM_ZERO_ON, "")}\0`));
    this.#bytes = this.#texts.reduce((sum, { length }) => sum + length, 0);
  }

  /** `args_sizes_get`, `environ_sizes_get`. */
  writeSizes(memory: GuestMemory, count: number, bytes: number): void {
    memory.check(count, 4);
    memory.check(bytes, 4);
    memory.view.setUint32(count >>> 0, this.#texts.length, true);
    memory.view.setUint32(bytes >>> 0, this.#bytes, true);
  }

  /** `args_get`, `environ_get`. */
  write(memory: GuestMemory, pointers: number, ptr: number): void {
    memory.check(pointers, this.#texts.length * POINTER_BYTES);
    memory.check(ptr, this.#bytes);
    let at = ptr >>> 0;
    this.#texts.forEach((text, index) => {
      memory.view.setUint32((pointers >>> 0) + index * POINTER_BYTES, at, true);
      memory.write(at, text);
      at += text.length;
    });
  }
}
