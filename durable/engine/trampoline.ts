/**
 * The trampoline of one guest, an instance of `trampoline.wat`: blocking functions that suspend the guest at need only,
 * and the loop that calls `invoke`.
 */
import type { AtNeed } from "./abi.ts";
import { guarded, guardedAsync } from "./guarded.ts";
import type { Guest } from "./guest.ts";
import { promising, suspending, type AnyFunction } from "./jspi.ts";

/** As in `trampoline.wat`: there is no result at once. */
const MUST_WAIT = -0x8000_0000;

/** The functions of the ABI that block at need. */
export interface AtNeedFunctions {
  readonly receive: AtNeed<never[], never[]>;
  readonly sleep: AtNeed<never[], never[]>;
  readonly await: AtNeed<never[], never[]>;
}

export class Trampoline {
  readonly #exports: WebAssembly.Exports;

  constructor(module: WebAssembly.Module, guest: Guest, { receive, sleep, await: await_ }: AtNeedFunctions) {
    const functions = Object.entries({ receive, sleep, await: await_ });
    const { exports } = new WebAssembly.Instance(module, {
      at_once: Object.fromEntries(functions.map(([name, fn]) => [name, guarded(guest, orWait(fn))])),
      suspending: Object.fromEntries(
        functions.map(([name, fn]) => [name, suspending(guardedAsync(guest, fn.suspending))]),
      ),
      loop: { next: () => (guest.next() ? 1 : 0) },
    });
    this.#exports = exports;
  }

  /** A blocking function as the guest imports it. */
  function(name: keyof AtNeedFunctions): WebAssembly.ImportValue {
    return this.#exports[name] as WebAssembly.ImportValue;
  }

  /** The function that calls `body` once, and again for as long as `Guest.next` says so. */
  loopOver(body: WebAssembly.ExportValue): () => Promise<void> {
    (this.#exports.body as WebAssembly.Table).set(0, body as never);
    return promising(this.#exports.run as AnyFunction);
  }
}

function orWait({ atOnce }: AtNeed<never[], never[]>): (...args: never[]) => number {
  return (...args) => atOnce(...args) ?? MUST_WAIT;
}
