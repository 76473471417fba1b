/**
 * What short ranges of guest memory mean, remembered by their bytes: a guest names the same few destinations and keys over
 * and over, and to look at bytes costs a tenth of decoding them.
 */
const SLOTS = 64;
const BYTES_MAX = 64;

interface Slot<T> {
  readonly bytes: Uint8Array;
  readonly value: T;
}

export class SeenBytes<T> {
  /** A range has one slot, where the last one that hit it stays. */
  readonly #slots: (Slot<T> | undefined)[] = [];

  get(memory: Uint8Array, start: number, length: number): T | undefined {
    const slot = this.#slots[slotOf(memory, start, length)];
    return slot && isAt(slot.bytes, memory, start, length) ? slot.value : undefined;
  }

  set(memory: Uint8Array, start: number, length: number, value: T): void {
    if (length > BYTES_MAX) return;
    this.#slots[slotOf(memory, start, length)] = { bytes: memory.slice(start, start + length), value };
  }
}

/** Names that are numbered differ at their ends. */
function slotOf(memory: Uint8Array, start: number, length: number): number {
  const end = start + length;
  const last = length > 0 ? (memory[end - 1] as number) : 0;
  const secondLast = length > 1 ? (memory[end - 2] as number) : 0;
  return (length * 7 + last + secondLast * 10) % SLOTS;
}

function isAt(bytes: Uint8Array, memory: Uint8Array, start: number, length: number): boolean {
  if (bytes.length !== length) return false;
  for (let at = 0; at < length; at++) if (bytes[at] !== memory[start + at]) return false;
  return true;
}
