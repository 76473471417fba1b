// Computations that never block (AssemblyScript). Each returns a number that depends on all of its work.

/** The longest run of prefix reversals: small loops over small arrays. */
export function fannkuch(n: i32): i32 {
  const perm = new StaticArray<i32>(n);
  const start = new StaticArray<i32>(n);
  const count = new StaticArray<i32>(n);
  let most = 0;
  let r = n;
  for (let i = 0; i < n; i++) start[i] = i;
  while (true) {
    for (; r != 1; r--) count[r - 1] = r;
    for (let i = 0; i < n; i++) perm[i] = start[i];
    let flips = 0;
    for (let k = perm[0]; k != 0; k = perm[0]) {
      const half = (k + 1) >> 1;
      for (let i = 0; i < half; i++) {
        const swapped = perm[i];
        perm[i] = perm[k - i];
        perm[k - i] = swapped;
      }
      flips++;
    }
    if (flips > most) most = flips;
    while (true) {
      if (r == n) return most;
      const first = start[0];
      for (let i = 0; i < r; i++) start[i] = start[i + 1];
      start[r] = first;
      count[r] = count[r] - 1;
      if (count[r] > 0) break;
      r++;
    }
  }
}

/** Five bodies under gravity: floating point in short loops. */
export function nbody(steps: i32): i32 {
  const x = new StaticArray<f64>(5);
  const y = new StaticArray<f64>(5);
  const vx = new StaticArray<f64>(5);
  const vy = new StaticArray<f64>(5);
  for (let i = 0; i < 5; i++) {
    x[i] = <f64>i * 1.5;
    y[i] = <f64>(i * i) * 0.7;
  }
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < 5; i++) {
      for (let j = i + 1; j < 5; j++) {
        const dx = x[i] - x[j];
        const dy = y[i] - y[j];
        const d2 = dx * dx + dy * dy + 0.01;
        const pull = 0.001 / (d2 * Math.sqrt(d2));
        vx[i] -= dx * pull;
        vy[i] -= dy * pull;
        vx[j] += dx * pull;
        vy[j] += dy * pull;
      }
    }
    for (let i = 0; i < 5; i++) {
      x[i] += vx[i] * 0.001;
      y[i] += vy[i] * 0.001;
    }
  }
  return <i32>(x[0] * 1000000);
}

/** Recursion: nothing but calls. */
export function fibonacci(n: i32): i32 {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

/** The tightest loop there is: an addition and a store each turn. */
export function sieve(limit: i32): i32 {
  const composite = new StaticArray<u8>(limit);
  let primes = 0;
  for (let i = 2; i < limit; i++) {
    if (unchecked(composite[i])) continue;
    primes++;
    for (let j = i + i; j < limit; j += i) unchecked((composite[j] = 1));
  }
  return primes;
}

/** Objects, a map, strings: what most atoms do when they do anything. */
export function words(rounds: i32): i32 {
  const counts = new Map<string, i32>();
  for (let i = 0; i < rounds; i++) {
    const word = "word" + ((i * 7919) % 997).toString();
    counts.set(word, (counts.has(word) ? counts.get(word) : 0) + 1);
  }
  return counts.size;
}

/** There has to be a body. */
export function invoke(): void {}
