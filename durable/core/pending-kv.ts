/**
 * Key-value reads of an atom: the open turn first, then turns that are committed but not flushed, then the store.
 */
import type { KeyRange, KvEntry, Store } from "./store.ts";

/** The rest of an entry: its place in a map, its objects. */
export const ENTRY_BYTES = 100;

/** The memory that an entry takes, roughly. */
export function entryBytes(key: string, value: Uint8Array | null): number {
  return ENTRY_BYTES + key.length + (value?.length ?? 0);
}

export type KvLayer = ReadonlyMap<string, Uint8Array | null>;

/** The value of a key; `layers` come newest first. */
export function readKey(layers: readonly KvLayer[], store: Pick<Store, "get">, key: string): Uint8Array | undefined {
  for (const layer of layers) {
    const value = layer.get(key);
    if (value !== undefined) return value ?? undefined;
  }
  return store.get(key);
}

/** The entries of a range in order, the layers merged over the store. */
export function* scanRange(layers: readonly KvLayer[], store: Pick<Store, "scan">, range: KeyRange): Iterable<KvEntry> {
  const overlay = mergeLayers(layers, range);
  const before = range.reverse ? (a: string, b: string) => a > b : (a: string, b: string) => a < b;
  let at = 0;
  for (const [key, value] of store.scan(range)) {
    while (at < overlay.length && before((overlay[at] as OverlayEntry)[0], key))
      yield* present(overlay[at++] as OverlayEntry);
    const same = overlay[at];
    if (same && same[0] === key) {
      at += 1;
      yield* present(same);
    } else {
      yield [key, value];
    }
  }
  while (at < overlay.length) yield* present(overlay[at++] as OverlayEntry);
}

type OverlayEntry = readonly [key: string, value: Uint8Array | null];

function* present([key, value]: OverlayEntry): Iterable<KvEntry> {
  if (value !== null) yield [key, value];
}

function mergeLayers(layers: readonly KvLayer[], { start, end, reverse }: KeyRange): OverlayEntry[] {
  const merged = new Map<string, Uint8Array | null>();
  for (const layer of layers.toReversed()) {
    for (const [key, value] of layer) if (key >= start && (end === null || key < end)) merged.set(key, value);
  }
  const sign = reverse ? -1 : 1;
  return [...merged].sort(([a], [b]) => (a < b ? -sign : a > b ? sign : 0));
}
