/**
 * The instances of an isolate that are at rest: kept warm for their next message as long as their memories together stay within
 * a bound. Owner: the isolate, whose memory all its atoms share; an atom's loop tells when its instance rests and when it runs.
 *
 * Invariants
 * 1. Past the bound instances are given up, the one that has rested longest first, until the rest of them is within it.
 * 2. An instance that runs is not counted and not given up.
 * 3. To be given up is to be forgotten: it takes no platform call and no wait, as it may happen in the event of another object.
 * 4. The loops of objects that the platform has forgotten are not kept alive by this, and no longer counted once they are gone: no instance
 *    is given up for one that is no more.
 */

/** What has an instance at rest. */
export interface Resting {
  giveUp(): void;
}

/** What an instance takes beside its linear memory; so there is a bound on their number as well. */
export const INSTANCE_BYTES = 64 * 1024;

export class RestingInstances {
  readonly #bytesMax: number;
  /** In the order in which they came to rest, with their bytes. */
  readonly #resting = new Map<WeakRef<Resting>, number>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get count(): number {
    this.#forgetGone();
    return this.#resting.size;
  }
  get bytes(): number {
    this.#forgetGone();
    return this.#bytes;
  }

  /** Its instance has come to rest with this much memory; it, or others, may be given up at once. */
  rest(who: WeakRef<Resting>, memoryBytes: number): void {
    this.leave(who);
    const bytes = memoryBytes + INSTANCE_BYTES;
    this.#resting.set(who, bytes);
    this.#bytes += bytes;
    this.#giveUpSome();
  }

  /** Its instance runs again, or is lost. */
  leave(who: WeakRef<Resting>): void {
    this.#bytes -= this.#resting.get(who) ?? 0;
    this.#resting.delete(who);
  }

  #giveUpSome(): void {
    if (this.#bytes > this.#bytesMax) this.#forgetGone();
    for (const who of this.#resting.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.leave(who);
      who.deref()?.giveUp();
    }
  }

  /** Those whose objects the platform has forgotten, and with them their instances. */
  #forgetGone(): void {
    for (const who of this.#resting.keys()) if (who.deref() === undefined) this.leave(who);
  }
}
