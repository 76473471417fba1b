/**
 * Makes a failing run smaller: of the items of its plan it keeps as few as still fail (delta debugging). The same seed and
 * the same items fail in the same way, so what is left can be run again, and kept as a test.
 */
export interface Shrunk {
  readonly keep: readonly number[];
  readonly runs: number;
}

/** `fails` tells whether a run of these items fails; it is asked `runsMax` times at most. */
export async function shrink(
  itemCount: number,
  fails: (keep: readonly number[]) => Promise<boolean>,
  runsMax: number,
): Promise<Shrunk> {
  let keep: readonly number[] = Array.from({ length: itemCount }, (_, item) => item);
  let runs = 0;
  for (let parts = 2; keep.length > 1 && runs < runsMax;) {
    const size = Math.ceil(keep.length / parts);
    let smaller: readonly number[] | undefined;
    for (let start = 0; start < keep.length && !smaller && runs < runsMax; start += size) {
      const rest = [...keep.slice(0, start), ...keep.slice(start + size)];
      runs += 1;
      if (await fails(rest)) smaller = rest;
    }
    if (smaller) {
      keep = smaller;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) {
      break;
    } else {
      parts = Math.min(keep.length, parts * 2);
    }
  }
  return { keep, runs };
}
