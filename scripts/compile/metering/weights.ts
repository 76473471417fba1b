/**
 * What code costs, in units: one is about an instruction. They only have to be right within an order of magnitude, because time is
 * taken from the clock; units say how often to look at it.
 */

/** A loop takes its turns' units from the budget in lots of about this many. */
export const LOOP_UNITS = 4_096;
/** A function that costs no more than this, whatever it calls included, may be counted by those who call it. */
export const COUNTED_UNITS_MAX = 200;
export const CALL_UNITS = 5;
/** A call of which it is not known what it calls: it may be a function that does not count itself. */
export const UNKNOWN_CALL_UNITS = 100;
/** A call of the host: a microsecond or so. */
const HOST_CALL_UNITS = 2_000;
/** Calls of the host that take long by their nature. */
const LONG_HOST_CALLS: Readonly<Record<string, number>> = {
  "radon:kv.scan": 200_000,
  "radon:core.log": 20_000,
  "radon:core.random": 20_000,
  "wasi_snapshot_preview1.fd_write": 20_000,
  "wasi_snapshot_preview1.random_get": 20_000,
};
/** Operations on whole memories: a unit for 2^3 bytes. */
export const BULK_SHIFT = 3;

export function hostCallUnits({ module, name }: { readonly module: string; readonly name: string }): number {
  const key = `${module}.${name}`;
  return Object.hasOwn(LONG_HOST_CALLS, key) ? (LONG_HOST_CALLS[key] ?? HOST_CALL_UNITS) : HOST_CALL_UNITS;
}
