/**
 * A guest's linear memory, as host functions use it. Every range is checked: one that leaves the memory traps the
 * guest, it never reads or harms the host. What is read is copied, so nothing of the host refers to guest memory later.
 */

/** Thrown through the guest to trap it; the text is for the atom's author. */
export class GuestFault extends Error {
  override readonly name = "GuestFault";
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class GuestMemory {
  readonly #memory: WebAssembly.Memory;
  #bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
  }

  get byteLength(): number {
    return this.#view().length;
  }

  /** Traps unless [ptr, ptr + length) lies in the memory. */
  check(ptr: number, length: number): void {
    const start = ptr >>> 0;
    const end = start + (length >>> 0);
    if (end <= this.#bytes.length || end <= this.byteLength) return;
    throw new GuestFault(`The range [${start}, ${end}) leaves the atom's memory of ${this.byteLength} bytes.`);
  }

  /** A copy of `length` bytes at `ptr`. */
  read(ptr: number, length: number): Uint8Array {
    this.check(ptr, length);
    const start = ptr >>> 0;
    return this.#view().slice(start, start + (length >>> 0));
  }

  /** The UTF-8 text at `ptr`, or undefined if it is not valid UTF-8. */
  readText(ptr: number, length: number): string | undefined {
    this.check(ptr, length);
    const start = ptr >>> 0;
    try {
      return decoder.decode(this.#view().subarray(start, start + (length >>> 0)));
    } catch {
      return undefined;
    }
  }

  write(ptr: number, bytes: Uint8Array): void {
    this.check(ptr, bytes.length);
    this.#view().set(bytes, ptr >>> 0);
  }

  /** For the moment: the memory may grow. */
  view(): DataView {
    return new DataView(this.#view().buffer);
  }

  /** The cached view. A memory that has grown has a new buffer, and the old one is detached: views of it are empty. */
  #view(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }
}
