/** Interrupts that come to this atom. */
import { interrupt_mask, interrupt_off, interrupt_on, interrupt_preempt, interrupt_unmask } from "./abi";
import { tokenOf } from "./callback";
import { succeeded } from "./errors";
import { Message } from "./message";

/** Runs `handler` when `signal` arrives, even while the atom is blocked. An interrupt with no handler is dropped. */
export function onInterrupt(signal: i32, handler: (message: Message) => void): bool {
  return succeeded<i32>(interrupt_on(signal, tokenOf(handler)));
}

/** No longer handles `signal`. */
export function offInterrupt(signal: i32): bool {
  return succeeded<i32>(interrupt_off(signal));
}

/** Lets interrupts wait from now on. */
export function maskInterrupts(): bool {
  return succeeded<i32>(interrupt_mask());
}

/** Lets interrupts in again; those that waited run at the next blocking point. */
export function unmaskInterrupts(): bool {
  return succeeded<i32>(interrupt_unmask());
}

/**
 * With `on`, handlers may also run in the midst of a computation, not only at blocking points. While it is on, compute with what
 * is there already: code that allocates (objects, strings, arrays) must not be interrupted, because a handler allocates, too.
 * What a handler does there belongs to the turn that it interrupts, and it cannot block.
 */
export function preemptInterrupts(on: bool): bool {
  return succeeded<i32>(interrupt_preempt(i32(on)));
}
