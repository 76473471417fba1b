/**
 * Host functions as a guest gets them: in a guest that is doomed they only throw its fault again, and what they throw
 * themselves dooms it.
 */
import type { Guest } from "./guest.ts";
import type { AnyFunction } from "./jspi.ts";

export function guarded(guest: Guest, fn: AnyFunction): AnyFunction {
  return (...args: never[]) => {
    guest.throwIfDoomed();
    try {
      return fn(...args);
    } catch (error) {
      throw guest.fault(error);
    }
  };
}

export function guardedAsync(guest: Guest, fn: AnyFunction): AnyFunction {
  return async (...args: never[]) => {
    guest.throwIfDoomed();
    try {
      return await fn(...args);
    } catch (error) {
      throw guest.fault(error);
    }
  };
}
