/** Numbers of WASI preview 1. */
export const ERRNO = { success: 0, badf: 8, inval: 28, nosys: 52, notsup: 58 } as const;

/** Realtime, monotonic, and the two of CPU time, for which the monotonic one stands in. */
export const CLOCK_REALTIME = 0;
export const CLOCK_ID_MAX = 3;
