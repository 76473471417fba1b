/** WebAssembly's promise integration (JSPI), which the type definitions of the platform do not have yet. */
export type AnyFunction = (...args: never[]) => unknown;

interface Jspi {
  readonly Suspending: new (fn: AnyFunction) => WebAssembly.ImportValue;
  readonly promising: (fn: AnyFunction) => (...args: readonly (number | bigint)[]) => Promise<void>;
}
const jspi = WebAssembly as unknown as Jspi;

/** An import that suspends the guest until the promise of `fn` settles. */
export function suspending(fn: AnyFunction): WebAssembly.ImportValue {
  return new jspi.Suspending(fn);
}

/** An export as it is entered by a guest that may suspend. */
export const { promising } = jspi;
