/** How a WASI program ends on its own: the shim throws through it. */
import { WASIProcExit } from "@bjorn3/browser_wasi_shim";

/** The code given to `proc_exit`, or undefined if the guest ended otherwise. */
export function exitCodeOf(error: unknown): number | undefined {
  return error instanceof WASIProcExit ? error.code : undefined;
}
