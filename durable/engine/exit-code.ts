/** How a WASI program ends on its own: the shim throws through it. */
import { WASIProcExit } from "@bjorn3/browser_wasi_shim";

/** The code given to `proc_exit`, or undefined if the guest ended otherwise. */
export function exitCodeOf(error: unknown): number | undefined {
  return error instanceof WASIProcExit ? error.code : undefined;
}

/** An exit as somebody reads it who asked, with what there is to add: to the line, or as lines of their own. */
export function exitText(code: number, more: string): string {
  return `The atom exited with code ${code}.${more}`;
}
