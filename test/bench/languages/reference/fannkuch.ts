/** The kernel in JavaScript: reverses prefixes of all permutations of n numbers; the checksum of how often, and the most for one. */
export function fannkuch(n: number): string {
  const perm = new Int32Array(n);
  const first = Int32Array.from({ length: n }, (_, index) => index);
  const count = new Int32Array(n);
  let checksum = 0;
  let most = 0;
  let even = true;
  let r = n;
  for (;;) {
    for (; r !== 1; r--) count[r - 1] = r;
    perm.set(first);
    const flips = flipsOf(perm);
    if (flips > most) most = flips;
    checksum += even ? flips : -flips;
    even = !even;
    for (; ; r++) {
      if (r === n) return `${checksum} ${most}`;
      const moved = first[0] as number;
      for (let i = 0; i < r; i++) first[i] = first[i + 1] as number;
      first[r] = moved;
      count[r] = (count[r] as number) - 1;
      if ((count[r] as number) > 0) break;
    }
  }
}

function flipsOf(perm: Int32Array): number {
  let flips = 0;
  for (let k = perm[0] as number; k !== 0; k = perm[0] as number) {
    for (let i = 0, j = k; i < j; i++, j--) {
      const swapped = perm[i] as number;
      perm[i] = perm[j] as number;
      perm[j] = swapped;
    }
    flips++;
  }
  return flips;
}
