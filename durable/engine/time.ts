/** Durations of the ABI: i64 milliseconds, negative = for ever, 0 = do not wait. */
export function deadlineAfter(nowMs: number, duration: bigint): number {
  return duration < 0n ? Infinity : nowMs + Number(duration);
}
