/** Questions to runtimes, several at a time, without a flood. */

export const QUESTIONS_AT_ONCE_MAX = 8;

/** What `ask` makes of each item, in the order of the items; at most so many at a time. It answers failures as values. */
export async function severalAtOnce<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await ask(item);
  };
  await Promise.all(Array.from({ length: Math.min(QUESTIONS_AT_ONCE_MAX, items.length) }, work));
  return results;
}
