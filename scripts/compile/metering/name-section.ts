/** The name section: the names of functions and of what is in them go by the functions' indices, which metering moves. */
import { ByteReader, joined, name, sized, UnknownEncoding, unsigned, type Bytes } from "./binary.ts";
import type { Additions } from "./additions.ts";

const SUBSECTION = { module: 0, functions: 1, locals: 2, labels: 3, globals: 7 } as const;
export const NAME_SECTION = "name";

interface Subsection {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** Names are there for people, and engines run a module whose names cannot be read: they are as good as none then. */
export function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownEncoding) return undefined;
    throw error;
  }
}

/** The content of the section, its own name included, with the indices moved and the added functions named. */
export function movedNames(bytes: Uint8Array, start: number, end: number, additions: Additions): Bytes {
  // V8 puts a module's own name, which is that of a file, in front of each function's.
  const found = subsections(bytes, start, end).filter(({ id }) => id !== SUBSECTION.module);
  const parts = found.map(({ id, start: from, end: to }) => {
    const content = MOVED.has(id) ? movedEntries(bytes, from, id, additions) : bytes.subarray(from, to);
    return joined([[id], sized(content)]);
  });
  const hasFunctions = found.some(({ id }) => id === SUBSECTION.functions);
  return joined([name(NAME_SECTION), ...(hasFunctions ? parts : [...parts, addedNames(additions)])]);
}

/** The content of a section that names the added functions only. */
export function newNames(additions: Additions): Bytes {
  return joined([name(NAME_SECTION), addedNames(additions)]);
}

/** The index of the global of this name, if the section has one. */
export function globalNamed(wanted: string, bytes: Uint8Array, start: number, end: number): number | undefined {
  const globals = subsections(bytes, start, end).find(({ id }) => id === SUBSECTION.globals);
  if (!globals) return undefined;
  const reader = new ByteReader(bytes, globals.start);
  let found: number | undefined;
  reader.times(() => {
    const index = reader.unsigned();
    if (reader.name() === wanted) found = index;
  });
  return found;
}

const MOVED: ReadonlySet<number> = new Set([SUBSECTION.functions, SUBSECTION.locals, SUBSECTION.labels]);

function subsections(bytes: Uint8Array, start: number, end: number): Subsection[] {
  const reader = new ByteReader(bytes, start);
  reader.name();
  const found: Subsection[] = [];
  while (reader.at < end) {
    const id = reader.byte();
    const size = reader.unsigned();
    found.push({ id, start: reader.at, end: reader.at + size });
    reader.skip(size);
  }
  return found;
}

/** Entries by function: an index, then a name or names by another index. */
function movedEntries(bytes: Uint8Array, start: number, id: number, additions: Additions): Bytes {
  const reader = new ByteReader(bytes, start);
  const entries: Bytes[] = [];
  const own = reader.times(() => {
    const index = additions.moved(reader.unsigned());
    const from = reader.at;
    if (id === SUBSECTION.functions) reader.name();
    else reader.times(() => skipName(reader));
    entries.push(unsigned(index), bytes.subarray(from, reader.at));
  });
  const { count, bytes: added } = id === SUBSECTION.functions ? additions.names : { count: 0, bytes: [] };
  return joined([unsigned(own + count), ...entries, added]);
}

function skipName(reader: ByteReader): void {
  reader.skipNumber();
  reader.skip(reader.unsigned());
}

function addedNames({ names }: Additions): Bytes {
  return joined([[SUBSECTION.functions], sized(joined([unsigned(names.count), names.bytes]))]);
}
