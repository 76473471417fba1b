/** The clock of the references. */
const WARM_UP_MS = 50;

/** How often a second `once` can be done, one after the other, over `ms` milliseconds after a warm-up; `number` counts from 1. */
export async function rate(ms: number, once: (number: number) => Promise<unknown>): Promise<number> {
  let number = 0;
  const begin = performance.now() + WARM_UP_MS;
  while (performance.now() < begin) await once(++number);
  const start = performance.now();
  const before = number;
  let now = start;
  while (now - start < ms) {
    await once(++number);
    now = performance.now();
  }
  return ((number - before) * 1000) / (now - start);
}
