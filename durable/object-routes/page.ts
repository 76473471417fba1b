/** A page of a long list: bounded in entries and in bytes, so that neither many entries nor large ones make it too large. */
export const PAGE_ENTRIES_MAX = 1_000;
/** A page ends with the entry that reaches it. */
export const PAGE_BYTES_MAX = 4 * 1024 * 1024;

export interface Page<T> {
  readonly entries: readonly T[];
  /** What the next page begins with; undefined on the last one. */
  readonly next: T | undefined;
}

export function pageOf<T>(list: Iterable<T>, entriesMax: number, bytesOf: (entry: T) => number): Page<T> {
  const entries: T[] = [];
  let bytes = 0;
  for (const entry of list) {
    if (entries.length >= Math.min(entriesMax, PAGE_ENTRIES_MAX) || bytes >= PAGE_BYTES_MAX)
      return { entries, next: entry };
    entries.push(entry);
    bytes += bytesOf(entry);
  }
  return { entries, next: undefined };
}
