/**
 * A guest's linear memory, as host functions use it. Every range is checked: one that leaves the memory traps the
 * guest, it never reads or harms the host. What is read is copied, so nothing of the host refers to guest memory later.
 */
import { copyBytes } from "../core/bytes.ts";

/** Thrown through the guest to trap it; the text is for the atom's author. */
export class GuestFault extends Error {
  override readonly name = "GuestFault";
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

interface Views {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export class GuestMemory {
  readonly #memory: WebAssembly.Memory;
  #views: Views;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#views = viewsOf(memory);
  }

  get byteLength(): number {
    return this.bytes.length;
  }

  /** Traps unless [ptr, ptr + length) lies in the memory. */
  check(ptr: number, length: number): void {
    const start = ptr >>> 0;
    const end = start + (length >>> 0);
    if (end <= this.byteLength) return;
    throw new GuestFault(`The range [${start}, ${end}) leaves the atom's memory of ${this.byteLength} bytes.`);
  }

  /** A copy of `length` bytes at `ptr`. */
  read(ptr: number, length: number): Uint8Array {
    this.check(ptr, length);
    const start = ptr >>> 0;
    return this.bytes.slice(start, start + (length >>> 0));
  }

  /** The UTF-8 text at `ptr`, or undefined if it is not valid UTF-8. */
  readText(ptr: number, length: number): string | undefined {
    this.check(ptr, length);
    const start = ptr >>> 0;
    try {
      return decoder.decode(this.bytes.subarray(start, start + (length >>> 0)));
    } catch {
      return undefined;
    }
  }

  write(ptr: number, bytes: Uint8Array): void {
    this.check(ptr, bytes.length);
    this.bytes.set(bytes, ptr >>> 0);
  }

  /** Copies a range of `source` to `ptr`. */
  copy(ptr: number, source: DataView, start: number, length: number): void {
    this.check(ptr, length);
    copyBytes(source, start, this.view, ptr >>> 0, length);
  }

  /** Its bytes, for the moment: the memory may grow. */
  get bytes(): Uint8Array {
    return this.#fresh().bytes;
  }
  get view(): DataView {
    return this.#fresh().view;
  }

  /** The cached views. A memory that has grown has a new buffer, and the old one is detached: views of it are empty. */
  #fresh(): Views {
    if (this.#views.bytes.length === 0) this.#views = viewsOf(this.#memory);
    return this.#views;
  }
}

function viewsOf({ buffer }: WebAssembly.Memory): Views {
  return { bytes: new Uint8Array(buffer), view: new DataView(buffer) };
}
