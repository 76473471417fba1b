/** `radon:interrupt`: which interrupts run a callback, and when they wait. */
import { failure } from "../../core/errors.ts";
import type { Implementations } from "../abi.ts";
import type { Guest } from "../guest.ts";

export function interruptImports(guest: Guest): Implementations<"radon:interrupt"> {
  const { atom } = guest;
  return {
    on: (signal, token) => {
      guest.requireCallback("radon:interrupt.on");
      return guest.done(atom.interrupts.on(signal, token));
    },
    off: (signal) =>
      atom.interrupts.off(signal)
        ? 0
        : guest.fail(failure("NOT_FOUND", `No callback is registered for signal ${signal}.`)),
    preempt: (on) => {
      atom.interrupts.preempts = on !== 0;
      return 0;
    },
    mask: () => {
      atom.interrupts.mask();
      return 0;
    },
    unmask: () => {
      atom.interrupts.unmask();
      return 0;
    },
  };
}
