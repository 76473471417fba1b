/**
 * Host functions as a guest gets them: in a guest that is doomed they only throw its fault again, what they throw
 * themselves dooms it, and they find its state as if there were no fast path.
 */
import type { Guest } from "./guest.ts";

/** `concern`: what the function is about; one that stands apart from the current message leaves the fast path open. */
export function guarded<P extends unknown[], R>(
  guest: Guest,
  fn: (...args: P) => R,
  concern: "current message" | "apart" = "current message",
): (...args: P) => R {
  const isApart = concern === "apart";
  return (...args) => {
    guest.throwIfDoomed();
    try {
      if (isApart) guest.settle();
      else guest.surface();
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
