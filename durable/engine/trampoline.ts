/**
 * The trampoline of one guest, an instance of `trampoline.wat`: blocking functions that suspend the guest at need only,
 * the loop that calls `invoke`, and functions that a busy guest has replaced by those of its fast path.
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

/** Functions of `radon:messaging` that go by the trampoline although they do not block: the fast path has them, too. */
export const PLAIN = ["send", "kind", "sender"] as const;
export type PlainFunctions = Readonly<Record<(typeof PLAIN)[number], AnyFunction>>;

/** Places in the table of `trampoline.wat`. */
const BODY = 0;
const REPLACEABLE = ["next", "receive", ...PLAIN] as const;

export class Trampoline {
  readonly #exports: WebAssembly.Exports;
  /** What the fast path falls back on. */
  readonly #usual: Readonly<Record<(typeof REPLACEABLE)[number], WebAssembly.ImportValue>>;

  constructor(module: WebAssembly.Module, guest: Guest, atNeed: AtNeedFunctions, plain: PlainFunctions) {
    const functions = Object.entries({ receive: atNeed.receive, sleep: atNeed.sleep, await: atNeed.await });
    const atOnce = Object.fromEntries(functions.map(([name, fn]) => [name, guarded(guest, orWait(fn))]));
    const usual = {
      send: guarded(guest, plain.send, "apart"),
      kind: guarded(guest, plain.kind),
      sender: guarded(guest, plain.sender),
      next: () => (guest.next() ? 1 : 0),
    };
    const { exports } = new WebAssembly.Instance(module, {
      at_once: atOnce,
      suspending: Object.fromEntries(
        functions.map(([name, fn]) => [name, suspending(guardedAsync(guest, fn.suspending))]),
      ),
      plain: usual,
      loop: usual,
    });
    this.#exports = exports;
    this.#usual = { ...usual, receive: atOnce.receive as AnyFunction };
  }

  /** A function as the guest imports it. */
  function(name: keyof AtNeedFunctions | keyof PlainFunctions): WebAssembly.ImportValue {
    return this.#exports[name] as WebAssembly.ImportValue;
  }

  /** The function that calls `body` once, and again for as long as `Guest.next` says so. */
  loopOver(body: WebAssembly.ExportValue): () => Promise<void> {
    this.#replace(BODY, body);
    return promising(this.#exports.run as AnyFunction);
  }

  /** Has the guest, whose memory is `memory`, go by an instance of `fast-path.wat` from now on; `number`: its own in the exchange. */
  hasten(module: WebAssembly.Module, memory: WebAssembly.Memory, exchange: WebAssembly.Memory, number: number): void {
    const { exports } = new WebAssembly.Instance(module, {
      guest: { memory, number },
      exchange: { memory: exchange },
      host: this.#usual,
    });
    for (const [index, name] of REPLACEABLE.entries())
      this.#replace(BODY + 1 + index, exports[name] as WebAssembly.ExportValue);
  }

  #replace(place: number, fn: WebAssembly.ExportValue): void {
    (this.#exports.functions as WebAssembly.Table).set(place, fn as never);
  }
}

function orWait({ atOnce }: AtNeed<never[], never[]>): (...args: never[]) => number {
  return (...args) => atOnce(...args) ?? MUST_WAIT;
}
