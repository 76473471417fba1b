/**
 * Host functions as a guest gets them: in a guest that is doomed they only throw its fault again, what they throw
 * themselves dooms it, and they find its state as if there were no fast path.
 */
import type { Guest } from "./guest.ts";

export function guarded<P extends unknown[], R>(guest: Guest, fn: (...args: P) => R): (...args: P) => R {
  return (...args) => {
    guest.throwIfDoomed();
    try {
      guest.surface();
      return fn(...args);
    } catch (error) {
      throw guest.fault(error);
    }
  };
}

/** The same for a function that has nothing to do with the current message. */
export function guardedApart<P extends unknown[], R>(guest: Guest, fn: (...args: P) => R): (...args: P) => R {
  return (...args) => {
    guest.throwIfDoomed();
    try {
      guest.settle();
      return fn(...args);
    } catch (error) {
      // A guest that is doomed gets nothing more by its fast path either.
      guest.surface();
      throw guest.fault(error);
    }
  };
}

export function guardedAsync<P extends unknown[], R>(
  guest: Guest,
  fn: (...args: P) => R | Promise<R>,
): (...args: P) => Promise<R> {
  return async (...args) => {
    guest.throwIfDoomed();
    try {
      guest.surface();
      return await fn(...args);
    } catch (error) {
      throw guest.fault(error);
    }
  };
}
