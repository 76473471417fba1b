/**
 * Host functions as a guest gets them: in a guest that is doomed they only throw its fault again, and what they throw
 * themselves dooms it.
 */
import type { Guest } from "./guest.ts";

export function guarded<P extends unknown[], R>(guest: Guest, fn: (...args: P) => R): (...args: P) => R {
  return (...args) => {
    guest.throwIfDoomed();
    try {
      return fn(...args);
    } catch (error) {
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
      return await fn(...args);
    } catch (error) {
      throw guest.fault(error);
    }
  };
}
